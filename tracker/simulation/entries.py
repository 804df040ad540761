"""Who skates: invented skaters of real nations, each of a strength of their own."""

from msgspec import Struct

from tracker.domain.values import Gender
from tracker.simulation.chance import chance

_NOCS = "KOR CAN NED CHN ITA USA POL BEL JPN HUN KAZ FRA GBR GER".split()
_GIVEN = {
    "men": """Adan Bero Calin Dorin Edric Faro Goran Henno Ilan Joris Kelan Lorin Marek Nilo Oren
    Pavo Quill Rurik Sorel Tamo Uwen Varo Wilm Yorik Zeno""".split(),
    "women": """Alda Brisa Celin Dara Elodi Fenna Gilda Hanne Ilva Jorun Kaja Linde Mirel Nadja
    Orla Petra Quinn Runa Selka Tilde Ulva Vesna Wanda Yara Zelda""".split(),
}
_FAMILY = """Almgren Brask Corvin Dahlen Eskel Fjordal Garrow Hollis Ivarsen Jasper Kestrel Lindal
Marlow Norrin Ostrander Pell Quist Ravnas Stelling Thorne Ulvang Vannes Winther Ystad
    Zander""".split()


class Skater(Struct, frozen=True):
    """A skater; who is stronger leads more often."""

    id: str
    name: str
    family_name: str
    noc: str
    gender: Gender
    helmet_number: int
    strength: float
    """0 is the weakest, 1 the strongest."""
    points: int
    """Brought into the series from the season before."""


class Team(Struct, frozen=True):
    """A relay team with the skaters it may line up."""

    id: str
    name: str
    noc: str
    gender: Gender
    skaters: tuple[str, ...]
    strength: float


class Field(Struct, frozen=True):
    """Everybody who comes to the competitions of a series."""

    skaters: tuple[Skater, ...]
    teams: tuple[Team, ...]

    def strengths(self) -> dict[str, float]:
        """Return the strength of every competitor."""
        skaters = {one.id: one.strength for one in self.skaters}
        return skaters | {one.id: one.strength for one in self.teams}


def field(seed: int, entries: int, teams: tuple[tuple[Gender, int], ...]) -> Field:
    """Return so many skaters of each gender, and teams for the relays.

    `teams` has the gender of a relay and how many line up.
    """
    nations = _NOCS[: max(2, min(len(_NOCS), entries // 4))]
    genders: tuple[Gender, ...] = ("women", "men")
    skaters = tuple(one for gender in genders for one in _skaters(seed, gender, entries, nations))
    found: list[Team] = []
    for gender, line_up in teams:
        for noc in nations:
            members = _members(skaters, noc, gender, line_up)
            if members is not None:
                strength = sum(one.strength for one in members) / line_up
                team = f"{noc.lower()}-{gender}"
                ids = tuple(one.id for one in members)
                found.append(Team(team, f"{noc} {gender}", noc, gender, ids, strength))
    return Field(skaters, tuple(found))


def _skaters(seed: int, gender: Gender, entries: int, nations: list[str]) -> list[Skater]:
    numbers = chance(seed, "field", gender)
    names = [(given, family) for given in _GIVEN[gender] for family in _FAMILY]
    numbers.shuffle(names)
    strengths = sorted((numbers.random() for _ in range(entries)), reverse=True)
    found = []
    for i, strength in enumerate(strengths):
        given, family = names[i]
        skater = f"{given}-{family}".lower()
        # The season before is not a bad guess of who is strong, and not more.
        points = max(0, round(900 * strength + numbers.gauss(0, 120)))
        found.append(
            (points, skater, f"{given} {family}", family, nations[i % len(nations)], strength)
        )
    found.sort(key=lambda one: (-one[0], one[1]))
    return [
        Skater(skater, name, family, noc, gender, number, strength, points)
        for number, (points, skater, name, family, noc, strength) in enumerate(found, 1)
    ]


def _members(
    skaters: tuple[Skater, ...], noc: str, gender: Gender, line_up: int
) -> list[Skater] | None:
    """Return the strongest skaters of a nation, or None when it has too few for a team."""
    genders: tuple[Gender, ...] = ("women", "men") if gender == "mixed" else (gender,)
    each = line_up // len(genders)
    members: list[Skater] = []
    for one_gender in genders:
        own = [one for one in skaters if (one.noc, one.gender) == (noc, one_gender)]
        own.sort(key=lambda one: (-one.strength, one.id))
        if len(own) < each:
            return None
        members += own[:each]
    return members
