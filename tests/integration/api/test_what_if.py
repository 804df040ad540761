"""What would have been, over HTTP: every difference to the season, and nothing written."""

from typing import Any

import aiohttp
import pytest

from tests.support import officials
from tests.support.officials import get

Skated = tuple[aiohttp.ClientSession, int]
PENALTY = {
    "type": "CallPenalty",
    "race": officials.RACE,
    "competitor": "ann-one",
    "reason": "Impeding",
}


async def ask(http: aiohttp.ClientSession, question: object, **params: Any) -> Any:
    """Ask, and return the answer."""
    async with http.post("/api/v1/what-if", json=question, params=params) as answer:
        assert answer.status == 200, await answer.text()
        return await answer.json()


def told(answer: Any, document: str) -> dict[tuple[str, str], tuple[Any, Any]]:
    """Return the differences of one document, by competitor and field."""
    return {
        (row["id"], row["field"]): (row["before"], row["after"])
        for row in answer["rows"]
        if row["document"] == document
    }


async def test_a_penalty_changes_everything_down_to_the_season(skated: Skated) -> None:
    """Result, classification, medals and standings; afterwards the log is as long as before."""
    http, position = skated
    await get(http, "/api/v1/series/season/standings", table="women", after=position)
    found = await ask(http, {"races": [{"race": officials.RACE, "add": [PENALTY]}]})
    assert told(found, "result")["ann-one", "status"] == (None, "PEN")
    assert told(found, "classification")["bea-two", "rank"] == (2, 1)
    assert told(found, "medals")["KOR", "gold"] == (0, 1)
    assert told(found, "standings")["bea-two", "points"] == (80, 100)
    assert found["position"] == position
    assert (await get(http, "/api/v1/competitions"))["position"] == position


async def test_dropping_it_again_comes_to_the_same(skated: Skated) -> None:
    """With the penalty in the log, what-if without it gives back what was."""
    http, position = skated
    before = await get(http, "/api/v1/series/season/standings", table="women", after=position)
    corrected = await officials.post_all(
        http,
        "",
        [PENALTY, {"type": "CorrectResult", "race": officials.RACE, "reason": "Video review"}],
    )
    await get(http, "/api/v1/series/season/standings", table="women", after=corrected)
    found = await ask(http, {"races": [{"race": officials.RACE, "drop": ["penalty"]}]})
    points = {row["id"]: row["points"] for row in before["rows"]}
    for (who, field), (_, after) in told(found, "standings").items():
        if field == "points":
            assert after == points[who]
    assert told(found, "classification")["ann-one", "rank"] == (4, 1)
    then = await ask(http, {"races": [{"race": officials.RACE, "add": [PENALTY]}]}, as_of=position)
    assert told(then, "classification")["ann-one", "rank"] == (1, 4)


async def test_two_suppositions_are_compared(skated: Skated) -> None:
    """The result with the penalty, against the result with another one."""
    http, position = skated
    await get(http, "/api/v1/competitions", after=position)
    other = {**PENALTY, "competitor": "bea-two"}
    found = await ask(
        http,
        {
            "races": [{"race": officials.RACE, "add": [PENALTY]}],
            "against": [{"race": officials.RACE, "add": [other]}],
        },
    )
    assert told(found, "classification")["ann-one", "rank"] == (1, 4)
    assert told(found, "classification")["bea-two", "rank"] == (4, 1)
    assert ("cia-three", "rank") not in told(found, "classification")


async def test_nothing_supposed_nothing_different(skated: Skated) -> None:
    """Also under its own ruleset."""
    http, position = skated
    await get(http, "/api/v1/competitions", after=position)
    for ruleset in (None, "isu-2023-24"):
        found = await ask(http, {"races": [{"race": officials.RACE}], "ruleset": ruleset})
        assert found["rows"] == []


async def test_another_ruleset_gives_other_points(skated: Skated) -> None:
    """Under the rules of 2018, a win counts 10,000."""
    http, position = skated
    await get(http, "/api/v1/competitions", after=position)
    found = await ask(http, {"races": [{"race": officials.RACE}], "ruleset": "isu-2018"})
    assert told(found, "classification")["ann-one", "points"] == (100, 10_000)


@pytest.mark.parametrize(
    ("question", "status", "code"),
    [
        ({"races": []}, 422, "bad-question"),
        ({"race": officials.RACE}, 422, "bad-question"),
        ({"races": [{"race": officials.RACE, "drop": ["luck"]}]}, 422, "bad-what-if"),
        ({"races": [{"race": officials.RACE, "drop": [1]}]}, 422, "bad-what-if"),
        ({"races": [{"race": "cup/women-500/final-z"}]}, 404, "not-found"),
        ({"races": [{"race": "cup/women-777/final-a"}]}, 404, "not-found"),
        ({"races": [{"race": officials.RACE}, {"race": "cup/x/y"}]}, 404, "not-found"),
        ({"races": [{"race": officials.RACE}, {"race": officials.RACE}]}, 422, "bad-what-if"),
        ({"races": [{"race": f"cup/women-{n}/a"} for n in range(7)]}, 422, "bad-what-if"),
        (
            {"races": [{"race": officials.RACE, "add": [{**PENALTY, "race": "cup/women-500/b"}]}]},
            422,
            "bad-what-if",
        ),
        ({"races": [{"race": officials.RACE}], "ruleset": "isu-1924"}, 404, "not-found"),
        (
            {"races": [{"race": officials.RACE, "add": [{**PENALTY, "competitor": "nobody"}]}]},
            422,
            "not-on-start-list",
        ),
    ],
)
async def test_a_question_that_cannot_be_answered(
    skated: Skated, question: object, status: int, code: str
) -> None:
    """A clear error with a stable code, whatever is asked."""
    http, position = skated
    await get(http, "/api/v1/competitions", after=position)
    async with http.post("/api/v1/what-if", json=question) as answer:
        assert (answer.status, (await answer.json())["code"]) == (status, code)
