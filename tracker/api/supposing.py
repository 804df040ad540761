"""What would have been, asked by anybody and written nowhere."""

from typing import Any

import msgspec
from msgspec import Struct

from projections.what_if import Asked, WhatIf
from tracker.domain.ruleset import Ruleset
from tracker.errors import BadRequest

BODY_LIMIT = 64 * 1024
"""Bytes of a question."""
MOST_RACES = 20
"""Races in one question."""


class BadQuestion(BadRequest):
    """A question that cannot be understood."""

    code = "bad-question"


class Question(Struct, frozen=True, forbid_unknown_fields=True):
    """Races with what is supposed of them, and a ruleset in place of theirs."""

    races: tuple[Asked, ...]
    against: tuple[Asked, ...] = ()
    """What it is compared with; empty: what is."""
    ruleset: str | None = None


_DECODER = msgspec.json.Decoder(Question, strict=True)


def parse(body: bytes) -> Question:
    """Return a question, or raise what is wrong with it."""
    if len(body) > BODY_LIMIT:
        raise BadQuestion(f"the question has {len(body)} bytes: at most {BODY_LIMIT}")
    try:
        question = _DECODER.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadQuestion(f"the question cannot be understood: {str(error)[:300]}") from None
    if not 1 <= len(question.races) <= MOST_RACES or len(question.against) > MOST_RACES:
        raise BadQuestion(f"a question is about 1 to {MOST_RACES} races: $.races")
    return question


async def answer(
    what_if: WhatIf, question: Question, ruleset: Ruleset | None, *, as_of: int, public: bool
) -> dict[str, Any]:
    """Return every difference, in the order result, marks, classification, medals, standings."""
    found = await what_if.ask(
        question.races, ruleset, as_of=as_of, against=question.against, public=public
    )
    return {
        "races": [each.race for each in question.races],
        "ruleset": question.ruleset,
        "position": as_of,
        "rows": [msgspec.to_builtins(each) for each in found],
    }
