"""Whatever lies in a file: a sentence with the place at worst, never a traceback."""

import copy
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.random_publications import competition
from tracker.cli import run
from tracker.conform import comparison, entry
from tracker.conform.choice import ruleset_for
from tracker.conform.published import BadPublication, Line, Published
from tracker.conform.reading import read

ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(min_value=-(10**12), max_value=10**12)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12)
    | st.sampled_from(["PEN", "no time", "Semifinals", "Q", "KOR", "1:26.406", "2", ""]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["rounds", "round", "results", "name", "noc", "rank", "time", "race"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


def said(published: object) -> list[str]:
    """Return every line that is said about a publication."""
    text = published if isinstance(published, bytes) else msgspec.json.encode(published)
    try:
        found = read(text, "file.json")
        report = comparison.compare(entry.enter(found, ruleset_for(found)))
    except BadPublication as error:
        report = comparison.unreadable("file.json", error)
    assert msgspec.json.encode(report)
    return list(comparison.words([report]))


def line(**other: Any) -> Line:
    """Return a line as it is read."""
    raw = {"round": "Heats", "results": [{"name": "DOE Ann", "noc": "CAN", **other}]}
    found = publication(rounds=[raw])
    return found.rounds[0].results[0]


def publication(**other: Any) -> Published:
    """Return a publication as it is read."""
    content = {"competition": "World Cup 2023/24", "event": "Men 500 m", "rounds": [], **other}
    return read(msgspec.json.encode(content), "file.json")


@settings(max_examples=200, deadline=None)
@given(anything=ANYTHING)
def test_anything_is_answered(anything: object) -> None:
    """JSON of any shape: lines without a line break, the last of them the sum."""
    lines = said(anything)
    assert lines[-1].endswith("differ")
    assert not any("\n" in each for each in lines)


@settings(max_examples=200, deadline=None)
@given(text=st.binary(max_size=60))
def test_any_bytes_are_answered(text: bytes) -> None:
    """Bytes that are no JSON: one difference, with the file's name."""
    first, *_, total = said(text)
    assert first.startswith("file.json: ")
    assert total.endswith("1 differ")


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 99), share=st.floats(0, 1, exclude_max=True))
def test_a_truncated_file_is_one_difference(seed: int, share: float) -> None:
    """A file that ends too early is not read in part."""
    text = msgspec.json.encode(competition(seed))
    _, total = said(text[: int(len(text) * share)])
    assert total.endswith(": 1 differ")


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 40), data=st.data())
def test_any_value_anywhere_is_answered(seed: int, data: Any) -> None:
    """One to three values of a sound file are replaced by anything, or their keys are left out."""
    published = copy.deepcopy(competition(seed))
    for _ in range(data.draw(st.integers(1, 3))):
        node: Any = published
        while True:
            keys = list(node) if isinstance(node, dict) else range(len(node))
            key = data.draw(st.sampled_from(keys))
            inner = node[key]
            if not isinstance(inner, dict | list) or not inner or data.draw(st.booleans()):
                break
            node = inner
        if data.draw(st.booleans()):
            node[key] = data.draw(ANYTHING)
        else:
            del node[key]
        if not published:
            break
    assert said(published)[-1].endswith("differ")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ([], "file.json: holds no object with the key `rounds`"),
        ({}, "file.json: rounds: is missing, or no list of races"),
        (
            {"rounds": [{"round": "Warm-up", "results": []}]},
            "file.json: rounds[0].round: 'Warm-up' is no round that is known",
        ),
        ({"rounds": [7]}, "file.json: rounds[0]: is no race"),
        (
            {"rounds": [{"round": "Heats", "results": [{"rank": 1}]}]},
            "file.json: rounds[0].results[0]: names nobody: `name` and `noc` are missing",
        ),
        (
            {"rounds": [{"round": "Heats", "results": [{"name": "X", "noc": "CAN", "rank": "x"}]}]},
            "file.json: rounds[0].results[0].rank: 'x' is no place that is known (X)",
        ),
        (
            {"rounds": [{"round": "Heats", "results": [{"name": "X", "status": "LOST"}]}]},
            "file.json: rounds[0].results[0].status: 'LOST' is no status that is known (X)",
        ),
        (
            {"rounds": [{"round": "Heats", "results": [{"name": "X", "noc": "CAN"}] * 2}]},
            "file.json: rounds[0].results[1]: X stands in Heats 1 twice",
        ),
        (
            {"rounds": [], "final_ranking": [{"name": "X", "rank": "first"}]},
            "file.json: final_ranking[0].rank: 'first' is no rank (X)",
        ),
        ({"rounds": [], "medals": 7}, "file.json: medals: is no table of medals"),
    ],
)
def test_what_cannot_be_understood_is_named_with_its_place(content: object, sentence: str) -> None:
    """Where it stands, what is wrong; and it counts as a difference."""
    lines = said(content)
    assert sentence in lines
    assert lines[-1].endswith(": 1 differ")


def test_the_rest_of_a_file_is_compared_all_the_same() -> None:
    """A round of an unknown name is one difference, and the other races are not lost."""
    published = competition(3)
    races = len(published["rounds"])
    published["final_ranking"], published["medals"] = None, None
    published["rounds"].append({"round": "Warm-up", "race": 1, "results": []})
    *_, problem, total = said(published)
    assert problem.endswith("'Warm-up' is no round that is known")
    assert total.startswith(f"{races} races")
    assert total.endswith(": 1 differ")


@pytest.mark.parametrize(
    ("written", "rank", "status", "no_time"),
    [
        ({"rank": "2"}, 2, None, False),
        ({"rank": "=2."}, 2, None, False),
        ({"rank": 2.0}, 2, None, False),
        ({"rank": "PEN"}, None, "PEN", False),
        ({"rank": None, "time": "DNS"}, None, "DNS", False),
        ({"rank": 4, "time": "no time"}, 4, None, True),
        ({"rank": 4, "status": "No time"}, 4, None, True),
        ({"rank": 4, "note": "no time"}, 4, None, True),
        ({"rank": 4, "note": "time not found"}, 4, None, False),
        ({"status": "DQ"}, None, "PEN", False),
        ({"status": "yrc"}, None, "RC", False),
        ({"status": "WD", "rank": 5}, 5, "WDR", False),
    ],
)
def test_places_and_statuses_stand_where_they_happen_to_stand(
    written: dict[str, Any], rank: int | None, status: str | None, no_time: bool
) -> None:
    """A status in the place of a place or a time is a status; a number in quotes is a number."""
    found = line(**written)
    assert (found.rank, found.status, found.no_time) == (rank, status, no_time)


@pytest.mark.parametrize(
    ("time", "ms"),
    [("2:12.823 WR", 132_823), (" 41.5\n", 41_500), (40.078, 40_078), ("1.25,559", 85_559)],
)
def test_times_are_read_with_what_is_printed_behind_them(time: object, ms: int) -> None:
    """A record's mark, a comma, blanks and a bare number do not hide a time."""
    assert line(rank=1, time=time).time_ms == ms


@pytest.mark.parametrize(
    "medals",
    [
        {"gold": ["Ann Doe CAN"]},
        {"gold": "Ann Doe CAN"},
        {"Gold": {"name": "Ann Doe", "noc": "CAN"}},
        [{"medal": "gold", "name": "Ann Doe", "noc": "CAN"}],
    ],
)
def test_medals_are_read_in_their_many_shapes(medals: object) -> None:
    """A name, a list of names, an object, a list of objects."""
    assert publication(medals=medals).medals == {"gold": ["Ann Doe CAN"]}


def test_no_file_stops_the_others(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A directory, a picture and nothing at all are differences beside a sound file."""
    sound, picture = tmp_path / "sound.json", tmp_path / "picture.json"
    sound.write_bytes(msgspec.json.encode(competition(1)))
    picture.write_bytes(b"\x89PNG\r\n\x1a\n\xff\xfe")
    files = [str(path) for path in (tmp_path, picture, tmp_path / "none.json", sound)]
    assert run(["conform", *files]) == 1
    assert capsys.readouterr().out.splitlines()[-1].endswith(": 3 differ")
    assert run(["conform", *files, "--json"]) == 1
    reports = msgspec.json.decode(capsys.readouterr().out)["reports"]
    assert [len(report["differences"]) for report in reports] == [1, 1, 1, 0]
