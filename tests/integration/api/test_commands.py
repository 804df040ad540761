"""Commands over HTTP: receipts, repetitions, refusals, batches, rubbish."""

import io
from typing import Any

import aiohttp
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support import officials
from tracker.api import envelopes, middleware

START = {"type": "StartRace", "race": officials.RACE}
COMMANDS = "/api/v1/commands"
Http = aiohttp.ClientSession


async def post(http: Http, body: object, **headers: str) -> tuple[int, Any, Any]:
    """Post a body as JSON and return status, document and headers."""
    data = io.BytesIO(body if isinstance(body, bytes) else msgspec.json.encode(body))
    headers = {"Content-Type": "application/json", **headers}
    async with http.post(COMMANDS, data=data, headers=headers) as answer:
        return answer.status, await answer.json(content_type=None), answer.headers


async def test_a_command_is_answered_with_its_position(race: Http) -> None:
    """A new command is 201, and its events are named."""
    status, receipt, headers = await post(race, officials.envelope(START))
    assert status == 201
    assert receipt["repeated"] is False
    assert [event["type"] for event in receipt["events"]] == ["RaceStarted"]
    assert receipt["events"][-1]["position"] == receipt["position"]
    assert "Idempotent-Replayed" not in headers


async def test_a_repeated_command_is_answered_as_the_first_time(race: Http) -> None:
    """The same device, number and body: 200, the first events, and the header that says so."""
    body = officials.envelope(START, device_seq=1)
    _, first, _ = await post(race, body)
    status, again, headers = await post(race, body)
    assert status == 200
    assert headers["Idempotent-Replayed"] == "true"
    assert again == {**first, "repeated": True}


async def test_a_reused_number_is_refused(race: Http) -> None:
    """Another body under a number that was used: 422, with a stable code."""
    await post(race, officials.envelope(START, device_seq=1))
    other = {**START, "type": "RingBell"}
    status, problem, headers = await post(race, officials.envelope(other, device_seq=1))
    assert (status, problem["code"]) == (422, "device-sequence-reused")
    assert headers["Content-Type"] == "application/problem+json"


async def test_a_refusal_is_a_conflict_with_a_sentence(race: Http) -> None:
    """What the race does not allow now: 409, and words for a referee."""
    await post(race, officials.envelope(START))
    status, problem, _ = await post(race, officials.envelope(START))
    assert (status, problem["code"]) == (409, "already-started")
    assert problem["instance"] == COMMANDS
    assert problem["request_id"]


async def test_an_expected_version_that_has_passed_is_a_failed_precondition(race: Http) -> None:
    """412 names both versions; the crossing beside it never needs one."""
    status, problem, _ = await post(race, officials.envelope(START, expected_version=1))
    assert (status, problem["code"]) == (412, "version-conflict")
    assert (problem["expected"], problem["actual"]) == (1, 2)


async def test_a_batch_is_judged_item_by_item(race: Http) -> None:
    """One bad item does not lose the others, and each verdict names its item."""
    crossing = {"type": "RecordCrossing", "race": officials.RACE, "competitor": "ann-one"}
    status, verdicts, _ = await post(
        race,
        [
            officials.envelope(START),
            officials.envelope({**crossing, "helmet": 3}),
            7,
            officials.envelope(START),
            officials.envelope(crossing),
        ],
    )
    assert status == 200
    assert [v.get("error", {}).get("code", "taken") for v in verdicts] == [
        "taken",
        "unknown-field",
        "invalid-value",
        "already-started",
        "taken",
    ]
    assert verdicts[1]["error"]["where"] == "$[1].command"
    assert verdicts[3]["error"]["instance"] == f"{COMMANDS}#3"


async def test_a_batch_beyond_the_limit_is_refused_whole(race: Http) -> None:
    """Nothing of an oversized batch is taken."""
    body = [officials.envelope(START)] * (envelopes.BATCH_LIMIT + 1)
    status, problem, _ = await post(race, body)
    assert (status, problem["code"]) == (413, "too-many-commands")


async def test_a_body_beyond_the_limit_is_refused(race: Http) -> None:
    """413 as a problem, like everything else."""
    status, problem, _ = await post(race, b" " * (middleware.BODY_LIMIT + 1))
    assert (status, problem["code"]) == (413, "body-too-large")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded"])
async def test_what_any_web_page_can_send_is_not_taken(race: Http, kind: str) -> None:
    """A form on another site cannot post commands from an official's browser."""
    body = officials.envelope(START)
    status, problem, _ = await post(race, body, **{"Content-Type": kind})
    assert (status, problem["code"]) == (415, "unsupported-media-type")
    assert "application/json" in problem["detail"]


@pytest.mark.parametrize(
    ("body", "status", "code", "hint"),
    [
        (b"{", 400, "malformed-json", "not JSON"),
        (b"[]", 422, "invalid-value", "at least one"),
        (officials.envelope({"type": "StartRce"}), 422, "unknown-command", "'StartRace'"),
        (officials.envelope({**START, "rase": 1}), 422, "unknown-field", "'race'"),
        (officials.envelope(START, occurred_at="2999-01-01T00:00:00Z"), 422, "from-the-future", ""),
        (officials.envelope(START, occurred_at="0001-01-01T00:00:00+14:00"), 422, "", ""),
        (officials.envelope({**START, "race": "cup/women-500/final-z"}), 409, "unknown", "final-z"),
    ],
)
async def test_a_mistake_is_explained(
    race: Http, body: object, status: int, code: str, hint: str
) -> None:
    """Each mistake has its status, its code, and what would be right."""
    found, problem, _ = await post(race, body)
    assert (found, problem["status"]) == (status, status)
    assert problem["code"] == (code or problem["code"])
    assert hint in problem["detail"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=6,
)
values = json_values | st.sampled_from(
    [officials.RACE, officials.DISTANCE, "cup", "season", "ann-one", "2024-02-11", 1, 0, "", "\x00"]
)


@st.composite
def almost_envelopes(draw: st.DrawFn) -> object:
    """Return an envelope of a real command with fields of any kind."""
    command = envelopes.COMMANDS[draw(st.sampled_from(sorted(envelopes.COMMANDS)))]
    fields = {name: draw(values) for name in command.__struct_fields__ if draw(st.booleans())}
    whole = officials.envelope({"type": command.__name__, **fields})
    whole |= draw(
        st.dictionaries(
            st.sampled_from(
                ["official", "device", "device_seq", "occurred_at", "expected_version", "x"]
            ),
            values | st.datetimes().map(lambda when: f"{when.isoformat()}Z"),
            max_size=3,
        )
    )
    return whole


bodies = (
    st.binary(max_size=64)
    | json_values.map(msgspec.json.encode)
    | almost_envelopes().map(msgspec.json.encode)
    | st.lists(almost_envelopes(), max_size=3).map(msgspec.json.encode)
)


async def test_no_body_breaks_the_server(race: Http) -> None:
    """Whatever is posted, the answer is a receipt or a problem below 500."""
    seen: list[bytes] = []

    @settings(
        max_examples=300, deadline=None, suppress_health_check=list(HealthCheck), database=None
    )
    @given(bodies)
    def collect(body: bytes) -> None:
        seen.append(body)

    collect()
    for body in seen:
        status, document, _ = await post(race, body)
        assert status < 500, (body, document)
        verdicts = document if isinstance(document, list) else [document]
        for verdict in verdicts:
            problem = verdict.get("error", verdict) if status == 200 else verdict
            assert problem.get("status", 0) < 500, (body, verdict)
