"""Merge patches lead from any document to any other."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.viewer import merged
from tracker.live.merge_patch import apply, diff, without_nulls

Json = dict[str, Any]

KEYS = st.sampled_from(["a", "b", "c", "order", "entries", ""])
SCALARS = st.none() | st.booleans() | st.integers(0, 2) | st.sampled_from(["", "a", "1"])


def values(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Return arrays and objects of what is given."""
    return st.lists(children, max_size=3) | st.dictionaries(KEYS, children, max_size=4)


DOCUMENTS = st.dictionaries(KEYS, st.recursive(SCALARS, values, max_leaves=12), max_size=5).map(
    without_nulls
)

# The examples of RFC 7396, appendix A, that are patches of one object by another.
RFC_EXAMPLES = (
    ({"a": "b"}, {"a": "c"}, {"a": "c"}),
    ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
    ({"a": "b"}, {"a": None}, {}),
    ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
    ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
    ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
    ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
    ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
    ({"a": "foo"}, {"b": [1, None]}, {"a": "foo", "b": [1, None]}),
    ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
    ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
)


def text(document: Json) -> str:
    """Return a document as JSON, in which 1 and true are not the same."""
    return json.dumps(document, sort_keys=True)


@pytest.mark.parametrize(("document", "patch", "expected"), RFC_EXAMPLES)
def test_patches_apply_as_the_rfc_says(document: Json, patch: Json, expected: Json) -> None:
    """Every example of the standard comes out as printed, and the document stays as it was."""
    before = text(document)
    assert text(apply(document, patch)) == text(expected)
    assert text(merged(document, patch)) == text(expected)
    assert text(document) == before


@given(DOCUMENTS, DOCUMENTS)
def test_a_patch_leads_from_any_document_to_any_other(old: Json, new: Json) -> None:
    """Both our own fold and the standard's pseudocode make the new document of the old one."""
    patch = json.loads(json.dumps(diff(old, new)))
    assert text(apply(old, patch)) == text(new)
    assert text(merged(old, patch)) == text(new)


@given(DOCUMENTS, DOCUMENTS)
def test_a_patch_is_empty_only_when_nothing_differs(old: Json, new: Json) -> None:
    """No difference is overlooked, and none is made up."""
    assert (diff(old, new) == {}) == (text(old) == text(new))


@given(st.dictionaries(KEYS, st.recursive(SCALARS, values, max_leaves=12), max_size=5))
def test_documents_lose_their_nulls(document: Json) -> None:
    """No object within objects has a null; applied to nothing, a document is itself."""
    clean = without_nulls(document)
    assert text(merged({}, clean)) == text(clean)


def test_a_patch_names_only_what_differs() -> None:
    """What is the same is not sent, at any depth."""
    old = {"lap": 3, "entries": {"ann": {"rank": 1, "noc": "CAN"}, "bea": {"rank": 2}}}
    new = {"lap": 3, "entries": {"ann": {"rank": 2, "noc": "CAN"}, "cia": {"rank": 1}}}
    assert diff(old, new) == {"entries": {"ann": {"rank": 2}, "bea": None, "cia": {"rank": 1}}}


def test_nulls_in_arrays_stay() -> None:
    """An array is one value: what is unknown in a cell of the chart is null there."""
    document = {"chart": {"1": [1, None, None]}, "gone": None}
    assert without_nulls(document) == {"chart": {"1": [1, None, None]}}
