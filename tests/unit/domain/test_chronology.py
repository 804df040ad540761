"""The Crystal Globe of 2023/24, step by step: what the ISU printed follows from podiums and points.

Points brought in are those that published totals leave once the races below are taken away; every
other number is computed from the places.
"""

from tests.support.seasons import Season

PARK, DUBOIS, DANDJINOU = "park-kor", "dubois-can", "dandjinou-can"
KIM, SANTOS = "kim-kor", "santos-griswold-usa"


def others(count: int, *, after: int = 0) -> list[str]:
    """Return names that nobody follows here, for the places between."""
    return [f"other{i}-ned" for i in range(after, after + count)]


def standing(season: Season, table: str, *names: str) -> list[int]:
    """Return the points of some competitors."""
    points = season.points(table)
    return [points[name] for name in names]


def test_the_mens_globe_from_dresden_to_the_end() -> None:
    """681, 683, 704 before the 1000 m (1); 781, 753, 704; 931; 971; at the end 1071 and 1052."""
    season = Season("isu-2023-24")
    season.bring("men", PARK, 681)
    season.bring("men", DUBOIS, 683)
    season.bring("men", DANDJINOU, 604)
    season.skate("dresden/men-1500", [DANDJINOU, "desmet-bel", "kim-gun-woo-kor"])
    assert standing(season, "men", DANDJINOU, DUBOIS, PARK) == [704, 683, 681]
    assert [row.competitor for row in season.table("men")][:3] == [DANDJINOU, DUBOIS, PARK]

    season.skate("dresden/men-1000-1", [PARK, "roussel-can", DUBOIS], number=1)
    assert standing(season, "men", PARK, DUBOIS, DANDJINOU) == [781, 753, 704]
    assert 781 - 753 == 28, "the 28-point advantage"

    # Sunday: Dubois wins Final B, behind five finalists; 24 more close the stated lead of 109.
    season.skate(
        "dresden/men-1000-2",
        [PARK, "jang-kor", "galiakhmetov-kaz", *others(2)],
        [DUBOIS, "kruzbergs-lat", "emons-ned"],
        number=2,
    )
    season.bring("men", DUBOIS, 24)
    park, dubois = standing(season, "men", PARK, DUBOIS)
    assert (park, park - dubois) == (931, 109)

    # Gdansk, Saturday: Park 7th in the 1500 m, Dubois 2nd in the 500 m (1).
    season.skate("gdansk/men-1500", [*others(6), PARK])
    season.skate("gdansk/men-500-1", ["seo-kor", DUBOIS, "kuczynski-pol"], number=1)
    park, dubois = standing(season, "men", PARK, DUBOIS)
    assert (park, park - dubois) == (971, 69)

    # Sunday: Park wins the 1000 m; Dubois the 500 m (2), and the bonus.
    season.skate("gdansk/men-1000", [PARK, "kim-gun-woo-kor", "hayashi-jpn"])
    season.skate("gdansk/men-500-2", [DUBOIS, "nikisha-kaz", "niewinski-pol"], number=2)
    assert standing(season, "men", PARK, DUBOIS) == [1071, 1052]
    assert [row.bonus for row in season.table("men")][:2] == [50, 50]


def test_anything_but_gold_would_have_left_the_door_open() -> None:
    """With Park second in the last 1000 m, Dubois would have won the globe by one point."""
    season = Season("isu-2023-24")
    season.bring("men", PARK, 971)
    season.bring("men", DUBOIS, 822)
    season.skate("gdansk/men-500-1", ["seo-kor", DUBOIS, "kuczynski-pol"], number=1)
    season.skate("gdansk/men-1000", ["kim-gun-woo-kor", PARK])
    season.skate("gdansk/men-500-2", [DUBOIS, "nikisha-kaz", "niewinski-pol"], number=2)
    assert standing(season, "men", PARK, DUBOIS) == [1051, 1052]
    assert season.table("men")[0].competitor == DUBOIS


def test_the_womens_globe_from_dresden_to_the_end() -> None:
    """965 and 885 after Saturday; 1115, 135 ahead; 51 ahead; at the end 1211 and 1180."""
    season = Season("isu-2023-24")
    season.bring("women", KIM, 865)
    season.bring("women", SANTOS, 805)
    season.skate("dresden/women-1500", ["desmet-bel", SANTOS, "schulting-ned"])
    season.skate("dresden/women-1000-1", [KIM, "velzeboer-ned", "sellier-pol"], number=1)
    assert standing(season, "women", KIM, SANTOS) == [965, 885]

    # Sunday: Kim wins the other 1000 m too; 95 for Santos-Griswold leave the stated lead of 135.
    season.skate("dresden/women-1000-2", [KIM, "schulting-ned", "stoddard-usa"], number=2)
    season.bring("women", SANTOS, 95)
    kim, santos = standing(season, "women", KIM, SANTOS)
    assert (kim, kim - santos) == (1115, 135)

    # Gdansk: 16 for Kim on Saturday, as 14th; which distances were won is not printed.
    season.skate("gdansk/women-1500", [SANTOS, *others(5)], [*others(7, after=5), KIM])
    kim, santos = standing(season, "women", KIM, SANTOS)
    assert kim - santos == 51
    season.skate("gdansk/women-1000", [SANTOS, KIM])
    assert standing(season, "women", KIM, SANTOS) == [1211, 1180]
