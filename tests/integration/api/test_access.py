"""Who may write: pairing, tokens, roles and revocation, through the real doors."""

import json
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestServer
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from tests.support import officials
from tests.support.officials import get
from tracker import app
from tracker.config import Provider, Settings
from tracker.security.officials import Officials

Http = aiohttp.ClientSession
CROSSING = {"type": "RecordCrossing", "race": officials.RACE, "competitor": "ann-one"}
PENALTY = {
    "type": "CallPenalty",
    "race": officials.RACE,
    "competitor": "ann-one",
    "reason": "Impeding",
    "embargo": True,
}


@pytest.fixture
async def desk(tracker: app.Tracker, race: Http) -> Officials:
    """Return the officials' desk of a tracker with a race."""
    del race
    return tracker.officials


async def paired(http: Http, desk: Officials, name: str, *roles: str, device: str = "d1") -> str:
    """Add an official, pair a device, and return its token."""
    await desk.add(name, roles)
    body = {"code": await desk.code(name), "device": device}
    async with http.post("/api/v1/pair", json=body) as answer:
        assert answer.status == 201
        found = await answer.json()
    assert (found["official"], found["device"], found["roles"]) == (name, device, list(roles))
    token: str = found["token"]
    return token


async def send(
    http: Http,
    command: dict[str, Any],
    token: str | None = None,
    *,
    official: str = "Kim",
    device: str = "d1",
    **headers: str,
) -> tuple[int, Any]:
    """Send a command and return status and answer."""
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    body = {"command": command, "official": official, "device": device}
    async with http.post("/api/v1/commands", json=body, headers=headers) as answer:
        return answer.status, await answer.json()


async def test_doors_close_with_the_first_official(http: Http, desk: Officials) -> None:
    """Open until somebody is added; then a token is needed, and tells who one is."""
    assert (await get(http, "/api/v1/me"))["open"]
    status, _ = await send(http, {"type": "StartRace", "race": officials.RACE})
    assert status == 201
    token = await paired(http, desk, "Kim", "lap-recorder")
    await desk.is_open()
    for wrong in (None, "x" * 43):
        status, problem = await send(http, CROSSING, wrong)
        assert (status, problem["code"]) == (401, "not-paired")
    assert (await send(http, CROSSING, token))[0] == 201
    async with http.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"}) as answer:
        assert await answer.json() == {
            "official": "Kim",
            "device": "d1",
            "roles": ["lap-recorder"],
            "open": False,
        }


async def test_roles_and_names_hold(http: Http, desk: Officials) -> None:
    """A lap recorder calls no penalty, and writes in nobody else's name."""
    await officials.post_all(http, "", [{"type": "StartRace", "race": officials.RACE}])
    token = await paired(http, desk, "Kim", "lap-recorder")
    status, problem = await send(http, PENALTY, token)
    assert (status, problem["code"]) == (403, "not-your-role")
    assert "referee" in problem["detail"]
    for wrong in ({"official": "Lee"}, {"device": "d2"}):
        status, problem = await send(http, CROSSING, token, **wrong)
        assert (status, problem["code"]) == (403, "not-your-name")
    body = [{"command": each, "official": "Kim", "device": "d1"} for each in (CROSSING, PENALTY)]
    async with http.post(
        "/api/v1/commands", json=body, headers={"Authorization": f"Bearer {token}"}
    ) as answer:
        verdicts = await answer.json()
    assert "position" in verdicts[0]
    assert verdicts[1]["error"]["code"] == "not-your-role"


async def test_a_code_is_good_once_and_a_device_has_one_owner(http: Http, desk: Officials) -> None:
    """A used code pairs nobody; who pairs a device again ends the token before."""
    await desk.add("Kim", ["lap-recorder"])
    code = await desk.code("Kim")
    spelled = f"{code[:4].lower()}-{code[4:]}"
    async with http.post("/api/v1/pair", json={"code": spelled, "device": "d1"}) as answer:
        first = (await answer.json())["token"]
    async with http.post("/api/v1/pair", json={"code": code, "device": "d2"}) as answer:
        assert (answer.status, (await answer.json())["code"]) == (403, "bad-code")
    expired = await desk.code("Kim", good_for_s=-1)
    async with http.post("/api/v1/pair", json={"code": expired, "device": "d2"}) as answer:
        assert answer.status == 403
    await paired(http, desk, "Lee", "lap-recorder", device="d1")
    with pytest.raises(Exception, match="revoked"):
        await desk.principal(first)


async def test_revoked_is_out(http: Http, desk: Officials, tracker: app.Tracker) -> None:
    """A device alone, or an official with every device; and the list says who is left."""
    await paired(http, desk, "Kim", "lap-recorder", device="d1")
    token = await paired(http, desk, "Lee", "referee", device="d2")
    assert await desk.revoke("d2") == ["d2"]
    with pytest.raises(Exception, match="revoked"):
        await desk.principal(token)
    assert await desk.revoke("Kim") == ["d1"]
    assert [(each.official, each.device) for each in await desk.listed()] == [("Lee", None)]
    with pytest.raises(Exception, match="nobody"):
        await desk.revoke("nobody")
    rows = await tracker.models.pool.fetch("select * from security.devices")
    assert not any(token.encode() in bytes(row["token_hash"]) for row in rows)


async def test_embargo_is_for_those_who_decide(http: Http, desk: Officials) -> None:
    """The referee sees the penalty before it is announced; nobody else finds it by any question."""
    position = await officials.post_all(http, "", [*officials.skated()[:-1], PENALTY])
    await get(http, "/api/v1/competitions", after=position)
    token = await paired(http, desk, "Kim", "referee")
    recorder = await paired(http, desk, "Lee", "lap-recorder", device="d2")
    path = f"/api/v1/races/{officials.RACE}/result?view=official"
    async with http.get(path, headers={"Authorization": f"Bearer {token}"}) as answer:
        found = await answer.json()
        assert answer.headers["Cache-Control"] == "private, no-store"
    assert [each["competitor"] for each in found["pending"]] == ["ann-one"]
    async with http.get(path) as answer:
        assert answer.status == 401
    async with http.get(path, headers={"Authorization": f"Bearer {recorder}"}) as answer:
        assert answer.status == 403
    announce = {"type": "AnnounceDecisions", "race": officials.RACE}
    official = {"type": "DeclareResultOfficial", "race": officials.RACE}
    questions: list[dict[str, Any]] = [
        {"race": officials.RACE, "add": [announce]},
        {"race": officials.RACE, "add": [official]},
        {"race": officials.RACE, "change": {str(position): {"embargo": False}}},
        {"race": officials.RACE, "drop": ["penalty"]},
    ]
    for question in questions:
        async with http.post("/api/v1/what-if", json={"races": [question]}) as answer:
            assert "PEN" not in await answer.text()
            assert "embargo" not in await answer.text()


async def test_pages_of_other_sites_may_not_write(http: Http, desk: Officials) -> None:
    """Their origin gives them away, also while the doors are open."""
    del desk
    status, problem = await send(http, CROSSING, Origin="https://elsewhere.example")
    assert (status, problem["code"]) == (403, "wrong-origin")


async def test_codes_cannot_be_guessed_by_trying(http: Http, desk: Officials) -> None:
    """After ten wrong codes an address has to wait; lap entry is not counted."""
    token = await paired(http, desk, "Kim", "lap-recorder")
    statuses = []
    for _ in range(12):
        async with http.post("/api/v1/pair", json={"code": "A" * 8, "device": "d9"}) as answer:
            statuses.append(answer.status)
    assert (statuses[0], statuses[-1]) == (403, 429)
    assert (await send(http, CROSSING, token))[0] in (201, 409)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 422, "bad-pairing"),
        (b'{"code": "X"}', 422, "bad-pairing"),
        (b'{"code": "X", "device": "d", "more": 1}', 422, "bad-pairing"),
        (b'{"code": "X", "device": ""}', 422, "bad-official"),
        (b'{"code": "X", "device": "d\\u0000"}', 422, "bad-official"),
        (b"x" * 5000, 422, "bad-pairing"),
    ],
)
async def test_a_request_to_pair_that_makes_no_sense(
    http: Http, body: bytes, status: int, code: str
) -> None:
    """A clear answer, whatever is sent."""
    async with http.post("/api/v1/pair", data=body) as answer:
        assert (answer.status, (await answer.json())["code"]) == (status, code)


async def test_a_federations_tokens_are_taken(database_url: str, tmp_path: Path) -> None:
    """Signed by the provider, for us, in time: then its roles count; otherwise nobody is known."""
    key = ECKey.generate_key("P-256", parameters={"kid": "one"})
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps(KeySet([key]).as_dict(private=False)))
    provider = Provider("https://id.example", "bell-lap", keys)
    settings = Settings(data=None, database=database_url, port=0, oidc=provider)
    claims = {
        "iss": "https://id.example",
        "aud": "bell-lap",
        "exp": 4_102_444_800,
        "sub": "kim",
        "bell_lap_roles": ["chief-referee", "emperor"],
    }

    def signed(by: ECKey = key, **changed: object) -> str:
        header = {"alg": "ES256", "kid": "one"}
        return jwt.encode(header, {**claims, **changed}, by)

    stranger = ECKey.generate_key("P-256", parameters={"kid": "one"})
    async with app.opened(settings) as running:
        await running.runner.caught_up.wait()
        async with (
            TestServer(running.site) as server,
            aiohttp.ClientSession(base_url=server.make_url("/")) as http,
        ):
            good = {"Authorization": f"Bearer {signed()}"}
            async with http.get("/api/v1/me", headers=good) as answer:
                assert await answer.json() == {
                    "official": "kim",
                    "device": None,
                    "roles": ["chief-referee"],
                    "open": False,
                }
            wrong = (
                signed(aud="somebody-else"),
                signed(iss="https://evil.example"),
                signed(exp=1),
                signed(stranger),
                signed()[:-4] + "AAAA",
            )
            for token in (*wrong, None):
                headers = {"Authorization": f"Bearer {token}"} if token else {}
                async with http.get("/api/v1/me", headers=headers) as answer:
                    assert (answer.status, (await answer.json())["code"]) == (401, "not-paired")
