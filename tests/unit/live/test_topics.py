"""Topics have names of a few kinds."""

import pytest

from tracker.live.topics import BadTopic, check, concerned

GOOD = (
    "race/dresden-2024/men-500/final-a",
    "current/dresden-2024",
    "programme/dresden-2024",
    "medals/dresden-2024",
    "classification/dresden-2024/men-1000-1",
    "standings/world-cup-2023-24",
)
BAD = (
    "",
    "race",
    "race/",
    "race/dresden-2024",
    "race/dresden-2024/men-500/final-a/x",
    "race/dresden-2024//final-a",
    "current/dresden-2024/men-500",
    "current/Dresden",
    "current/-",
    "current/a\n",
    "current/a--b",
    "weather/dresden-2024",
    "standings/../secrets",
    "race/" + "a" * 1000,
)


@pytest.mark.parametrize("name", GOOD)
def test_names_of_topics_are_accepted(name: str) -> None:
    """Each kind is followed by an id of the right number of words."""
    check(name)


@pytest.mark.parametrize("name", BAD)
def test_other_names_are_refused(name: str) -> None:
    """What cannot be a topic is refused before anything is asked for it."""
    with pytest.raises(BadTopic):
        check(name)


def test_a_race_concerns_itself_and_whoever_follows_what_is_current() -> None:
    """A crossing changes the race's board, wherever it is shown."""
    assert concerned({("race", "cup/women-500/final-a")}) == {
        "race/cup/women-500/final-a",
        "official/race/cup/women-500/final-a",
        "current/cup",
    }


def test_a_competition_concerns_all_that_is_told_of_it() -> None:
    """A result changes the programme, the medals, and which race is current."""
    touched = {("distance", "cup/women-500"), ("competition", "cup"), ("series", "season")}
    assert concerned(touched) == {
        "classification/cup/women-500",
        "programme/cup",
        "medals/cup",
        "current/cup",
        "standings/season",
    }
