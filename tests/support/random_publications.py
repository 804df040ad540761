"""Random competitions as they would be published, by a method of their own.

Nothing here asks the code under test: places, marks, ranking and medals are worked out from the
rule book's words, so that a comparison of both can fail.
"""

import random
from typing import Any

Sheet = dict[str, Any]
NATIONS = ("AUT", "BEL", "CAN", "CHN", "FRA", "GBR", "HUN", "ITA", "JPN", "KOR", "NED", "POL")
_FAMILY = ("Barta", "Colin", "Dumont", "Esposito", "Fujiwara", "Gruber", "Hwang", "Ivanyi")
_GIVEN = ("Aleksander", "Bo-Ra", "Cédric", "Dóra", "Emil", "Fleur", "Gwang Su", "Hélène")
_UNPLACED = {"DNF": 1, "PEN": 2, "YC": 3, "DNS": 5}
_ORDER = ("Final A", "Final B", "Semifinals", "Quarterfinals", "Heats")


def competition(seed: int, *, messy: bool = False) -> Sheet:
    """Return a distance of one competition: heats to finals, final ranking and medals."""
    chance = random.Random(seed)
    return _Event(chance, messy=messy).publication()


class _Event:
    """A distance while it is being skated."""

    def __init__(self, chance: random.Random, *, messy: bool) -> None:
        self.chance = chance
        self.messy = messy
        self.skaters = self._skaters(chance.randint(10, 40))
        self.races: list[Sheet] = []

    def publication(self) -> Sheet:
        """Skate every round and return what is published of it."""
        field = self.skaters[:]
        if len(field) > 20:
            field = self._round("Heats", field, 5, 2, self.chance.randint(0, 3))
        field = self._round("Quarterfinals", field, 5, 2, self.chance.randint(0, 2))
        first, second = self._semifinals(field)
        for name, finalists in (("Final B", second), ("Final A", first)):
            if finalists:
                self.races.append(self._race(name, 1, finalists))
        ranking = self._ranking()
        if self.messy:
            self.chance.shuffle(self.races)
        return {
            "competition": "ISU World Cup 2023/24 - Somewhere (ITA)",
            "event": self.chance.choice(("Women 1500 m", "Men 1000m", "Men 500 m (2)")),
            "rounds": [self._printed(race) for race in self.races],
            "final_ranking": ranking,
            "medals": self._medals(ranking),
        }

    def _skaters(self, number: int) -> list[Sheet]:
        people: list[Sheet] = []
        for i in range(number):
            # Every nation has one of each family name, so that spellings stay apart.
            nation, family = NATIONS[i % len(NATIONS)], _FAMILY[(i // len(NATIONS)) % len(_FAMILY)]
            given = _GIVEN[(i + i // len(NATIONS)) % len(_GIVEN)]
            people.append({"family": family, "given": given, "noc": nation, "bib": i + 1})
        self.chance.shuffle(people)
        return people

    def _race(self, name: str, number: int, field: list[Sheet]) -> Sheet:
        """Skate a race: times decide, `no time` follows, then those without a place."""
        lines = [self._line(skater, i + 1) for i, skater in enumerate(field)]
        timed = sorted((x for x in lines if x["ms"] is not None), key=lambda x: x["ms"])
        for line in timed:
            line["rank"] = 1 + sum(other["ms"] < line["ms"] for other in timed)
        for place, line in enumerate((x for x in lines if x["no_time"]), start=len(timed) + 1):
            line["rank"] = place
        return {"round": name, "race": number, "lines": lines}

    def _line(self, skater: Sheet, position: int) -> Sheet:
        luck = self.chance.random()
        status = None
        if luck < 0.12:
            status = self.chance.choice(("PEN", "PEN", "PEN", "DNF", "YC", "DNS"))
        no_time = status is None and luck > 0.96
        ms = None if status or no_time else self.chance.randint(84_000, 96_000)
        if ms is not None and self.chance.random() < 0.1:
            ms = 88_000 + self.chance.randint(0, 2)
        return {
            "skater": skater,
            "ms": ms,
            "no_time": no_time,
            "status": status,
            "rank": None,
            "mark": None,
            "start_pos": position,
        }

    def _round(
        self, name: str, field: list[Sheet], size: int, by_place: int, by_time: int
    ) -> list[Sheet]:
        """Skate a round and return who goes on: by place, by the referee, by time."""
        races = self._races(name, field, size)
        lines = [line for race in races for line in race["lines"]]
        for line in lines:
            if line["rank"] is not None and line["rank"] <= by_place:
                line["mark"] = "Q"
        advanced = self._advance(lines, "ADV")
        self._by_time([x for x in lines if x["mark"] is None], max(by_time - advanced, 0), "q")
        return [line["skater"] for line in lines if line["mark"]]

    def _races(self, name: str, field: list[Sheet], size: int) -> list[Sheet]:
        count = -(-len(field) // size)
        races = [self._race(name, i + 1, field[i::count]) for i in range(count)]
        self.races += races
        return races

    def _advance(self, lines: list[Sheet], mark: str) -> int:
        """Let the referee advance somebody now and then; return how many."""
        impeded = [x for x in lines if x["mark"] is None and x["status"] in (None, "DNF")]
        if not impeded or self.chance.random() < 0.6:
            return 0
        self.chance.choice(impeded)["mark"] = mark
        return 1

    def _by_time(self, left: list[Sheet], places: int, mark: str) -> None:
        """Give the places by time: the best place first, then the time; a tie shares the last."""
        left = sorted(
            (x for x in left if x["rank"] is not None), key=lambda x: (x["rank"], x["ms"] or 10**9)
        )
        for i, line in enumerate(left):
            last = left[places - 1] if 0 < places <= len(left) else None
            tie = last is not None and line["ms"] is not None
            tied = tie and (line["rank"], line["ms"]) == (last["rank"], last["ms"])
            if i < places or tied:
                line["mark"] = mark

    def _semifinals(self, field: list[Sheet]) -> tuple[list[Sheet], list[Sheet]]:
        races = self._races("Semifinals", field, 7)
        lines = [line for race in races for line in race["lines"]]
        for line in lines:
            if line["rank"] is not None and line["rank"] <= 2:
                line["mark"] = "QA"
        advanced = self._advance(lines, "ADA")
        if len(races) == 3:
            self._by_time([x for x in lines if x["mark"] is None], max(1 - advanced, 0), "qA")
        for line in lines:
            if line["mark"] is None and line["rank"] is not None and line["rank"] <= 4:
                line["mark"] = "QB"
        return (
            [x["skater"] for x in lines if x["mark"] in ("QA", "qA", "ADA")],
            [x["skater"] for x in lines if x["mark"] == "QB"],
        )

    def _ranking(self) -> list[Sheet]:
        """Rank by the round reached, then class, place and time; equal penalties by NOC."""
        best: dict[int, tuple[Any, ...]] = {}
        for race in self.races:
            for line in race["lines"]:
                round_ = _ORDER.index(race["round"])
                unplaced = _UNPLACED.get(line["status"] or "", 0)
                key = (round_, unplaced, line["rank"] or 99, line["ms"] or 10**9)
                bib = line["skater"]["bib"]
                if bib not in best or round_ < best[bib][0][0]:
                    best[bib] = (key, line)
        kept = [each for each in best.values() if each[1]["status"] != "YC"]
        kept.sort(key=lambda each: (each[0], each[1]["skater"]["noc"]))
        ranking: list[Sheet] = []
        for i, (key, line) in enumerate(kept):
            equal = i > 0 and key == kept[i - 1][0] and line["rank"] is not None
            rank = ranking[-1]["rank"] if equal else i + 1
            skater = line["skater"]
            placed_in_final_a = key[0] == 0 and line["rank"] is not None
            ranking.append(
                {
                    "rank": rank,
                    "name": self._name(skater),
                    "noc": skater["noc"],
                    "medal": placed_in_final_a and rank <= 3,
                    "sole": [each[0] for each in kept].count(key) == 1,
                }
            )
        return ranking

    def _medals(self, ranking: list[Sheet]) -> Sheet:
        medals: Sheet = {"gold": [], "silver": [], "bronze": []}
        for line in ranking:
            if line["medal"]:
                medal = ("gold", "silver", "bronze")[line["rank"] - 1]
                medals[medal].append(f"{line['name']} {line['noc']}")
        if self.messy:
            return {k: v[0] if len(v) == 1 else v for k, v in medals.items() if v}
        return medals

    def _printed(self, race: Sheet) -> Sheet:
        """Return a race as it is published."""
        lines = sorted(race["lines"], key=lambda x: (x["rank"] or 99, x["start_pos"]))
        placed = sum(line["rank"] is not None for line in lines)
        unplaced = [line for line in lines if line["rank"] is None]
        results = [self._printed_line(line) for line in lines]
        if self.messy and self.chance.random() < 0.3:
            # Some sheets number on behind the last place.
            for i, line in enumerate(results[len(lines) - len(unplaced) :]):
                if line.get("status") and line["status"] != "no time":
                    line["rank"] = placed + 1 + i
        name = self._spelled(race["round"]) if self.messy else race["round"]
        return {"round": name, "race": race["race"], "results": results}

    def _printed_line(self, line: Sheet) -> Sheet:
        skater = line["skater"]
        printed = {
            "name": self._name(skater),
            "noc": skater["noc"],
            "bib": skater["bib"],
            "rank": line["rank"],
            "time": None if line["ms"] is None else self._time(line["ms"]),
            "status": line["status"],
            "qual": line["mark"],
            "start_pos": line["start_pos"],
        }
        if line["no_time"]:
            key = self.chance.choice(("note", "time", "status")) if self.messy else "note"
            printed[key] = "no time"
        return self._mess(printed) if self.messy else printed

    def _time(self, ms: int) -> str:
        plain = f"{ms // 60_000}:{ms // 1000 % 60:02}.{ms % 1000:03}"
        if not self.messy:
            return plain
        comma = f"{ms // 60_000}.{ms // 1000 % 60:02},{ms % 1000:03}"
        return self.chance.choice((plain, plain, comma, f"{plain} WR", f" {plain}\n"))

    def _mess(self, line: Sheet) -> Sheet:
        """Write a line as people and programs do: words for numbers, keys left out."""
        luck = self.chance.random()
        if luck < 0.1 and line["rank"] is not None:
            line["rank"] = str(line["rank"])
        elif luck < 0.2 and line["status"] in _UNPLACED:
            line["rank"] = line.pop("status")
        elif luck < 0.3 and line["status"] == "PEN":
            line["status"] = self.chance.choice(("DQ", "DSQ", "pen"))
        elif luck < 0.4:
            line["bib"] = None
        elif luck < 0.5 and line["qual"] == "ADA":
            line["qual"] = "ADVA"
        for key in ("time", "status", "qual", "rank"):
            if line.get(key) is None and self.chance.random() < 0.2:
                line.pop(key, None)
        return line

    def _name(self, skater: Sheet) -> str:
        family, given = skater["family"], skater["given"]
        plain = f"{family.upper()} {given}"
        if not self.messy:
            return plain
        return str(
            self.chance.choice(
                (
                    plain,
                    f"{given} {family}",
                    f"{given.replace('-', ' ')} {family.upper()}",
                    f"{family} {given.replace('é', 'e').replace('ó', 'o').replace('è', 'e')}",
                    f"{family.upper()} {given.replace(' ', '').replace('-', '')}",
                    f"  {given}  {family} ",
                )
            )
        )

    def _spelled(self, name: str) -> str:
        other = {
            "Heats": ("Heats", "heats", "HEATS", "Heat"),
            "Quarterfinals": ("Quarterfinals", "QuarterFinals", "Quaterfinals", "QF"),
            "Semifinals": ("Semifinals", "SemiFinals", "Seminfinals", "Semi-finals"),
            "Final B": ("Final B", "FinalB", "final b"),
            "Final A": ("Final A", "FinalA", "Final"),
        }
        return self.chance.choice(other[name])
