"""The page for machines describes what is said, and would notice anything else."""

from typing import Any

import pytest
from jsonschema import ValidationError

from tests.support import protocol
from tests.support.feed import RACE, Stage
from tests.support.rink import Rink
from tests.support.viewer import Json

BEAT = {"t": "hb", "pos": 7, "time": "2024-02-11T14:31:12.120Z"}


def references(value: Any) -> list[str]:
    """Return every reference of the page."""
    if isinstance(value, dict):
        own = [value["$ref"]] if "$ref" in value else []
        return own + [found for each in value.values() for found in references(each)]
    return (
        [found for each in value for found in references(each)] if isinstance(value, list) else []
    )


def test_every_reference_leads_somewhere() -> None:
    """The page is whole."""
    found = references(protocol.page())
    assert len(found) > 30
    for reference in found:
        node = protocol.page()
        for step in reference.removeprefix("#/").split("/"):
            node = node[step]


@pytest.mark.parametrize(
    "change",
    [{"pos": "7"}, {"pos": None}, {"time": 7}, {"label": "rerun"}, {"extra": True}],
)
def test_what_is_not_described_is_noticed(change: Json) -> None:
    """A wrong type, a null, a value that is not listed, a field that nobody described."""
    protocol.hold(BEAT)
    with pytest.raises(ValidationError):
        protocol.hold({**BEAT, **change})


def test_a_field_that_is_missing_is_noticed() -> None:
    """And so is a kind of message that is not there."""
    with pytest.raises(ValidationError):
        protocol.hold({"t": "hb", "pos": 7})
    with pytest.raises(AssertionError):
        protocol.hold({"t": "tick", "pos": 7})


def test_every_kind_of_message_is_held_to_the_page() -> None:
    """All that the server can say comes past the check in one conversation or another."""
    rink = Rink(heartbeat_ms=100)
    viewer = rink.sit_down()
    viewer.hello("race/cup/women-500/final-a", replay={})
    viewer.hello("race/cup/women-500/final-a", "race/x/y/z", delayMs=500)
    viewer.say({"t": "sync", "t0": 1.5})
    rink.wait(1)
    stage = Stage()
    stage.change({RACE: {"lap": 1}})
    other = stage.connect()
    other.hello(RACE)
    stage.change({RACE: {"lap": 2}})
    stage.hub.close()
    other.read()
    kinds = {*viewer.viewer.kinds(), *other.viewer.kinds(), *(m["t"] for m in viewer.read())}
    described = set(protocol.page()["components"]["messages"])
    assert {f"server.{kind}" for kind in kinds} == {n for n in described if n.startswith("server")}
