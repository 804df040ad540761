"""What a client holds follows from what it was told, and it notices what it was not told."""

import pytest

from tests.support.feed import MEDALS, RACE, Stage
from tests.support.viewer import Json
from tracker.client.fold import Fold, Missed


def told(*topics: str) -> tuple[Stage, list[Json]]:
    """Return a feed after some changes, and what a viewer was told of them."""
    stage = Stage()
    stage.change({RACE: {"lap": 0}, MEDALS: {"gold": 0}})
    viewer = stage.connect()
    viewer.hello(*topics)
    stage.change({RACE: {"lap": 1}, MEDALS: {"gold": 1}})
    stage.change({RACE: {"lap": 2}})
    stage.change({RACE: {"lap": 3}})
    viewer.read()
    return stage, viewer.viewer.frames


def test_documents_and_steps() -> None:
    """What has changed is told at the end of a step and not before."""
    stage, messages = told(RACE, MEDALS)
    fold = Fold()
    changed = [fold.take(message) for message in messages]
    assert changed == [[], [], [RACE, MEDALS], [], [MEDALS, RACE], [RACE], [RACE]]
    assert fold.documents == stage.documents
    assert fold.position == 4
    assert fold.hello([RACE])["resume"] == {
        "epoch": "e1",
        "pos": 4,
        "revs": {RACE: 4, MEDALS: 2},
    }


def test_a_gap_is_noticed_and_a_repetition_passed_over() -> None:
    """Only a delta that follows what is held is applied."""
    stage, messages = told(RACE)
    fold = Fold()
    for message in messages[:3]:
        fold.take(message)
    assert fold.take(messages[2]) == []
    with pytest.raises(Missed, match="4 follows 3, but 2 is held"):
        fold.take(messages[4])
    assert fold.documents[RACE] != stage.documents[RACE]
    fold.forget()
    assert "resume" not in fold.hello([RACE])


def test_another_store_means_another_beginning() -> None:
    """Nothing is kept over from another epoch, and nothing of a topic that is not followed."""
    _, messages = told(RACE, MEDALS)
    fold = Fold()
    for message in messages:
        fold.take(message)
    fold.take({**messages[0], "topics": [RACE]})
    assert fold.documents.keys() == {RACE}
    fold.take({**messages[0], "epoch": "e2"})
    assert fold.documents == {}


def test_a_replay_is_not_resumed_as_the_present() -> None:
    """Its positions go back, and what is held of it is nothing of the present."""
    _, messages = told(RACE)
    fold = Fold()
    for message in messages:
        fold.take(message)
    for message in messages[:2]:
        fold.take({**message, "label": "replay"})
    assert fold.position == messages[1]["pos"]
    assert "resume" not in fold.hello([RACE], replay={})
    assert "resume" not in fold.hello([RACE])
