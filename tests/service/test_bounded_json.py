"""A body's values are counted before they are made: exactly, whatever its strings hold."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from space.service.bounded_json import loads

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.text(alphabet='"\\[]{},:a'),
    lambda inner: (
        st.lists(inner, max_size=5) | st.dictionaries(st.text(alphabet='"\\[{,:'), inner, max_size=5)
    ),
    max_leaves=30,
)


def values(content: object) -> int:
    """Strings, numbers, lists and objects of it; a key counts too."""
    if isinstance(content, dict):
        return 1 + sum(1 + values(value) for value in content.values())
    return 1 + sum(map(values, content)) if isinstance(content, list) else 1


@given(anything, st.booleans())
def test_as_many_values_as_allowed_are_read_whatever_the_strings_hold(content, ascii_only):
    body = json.dumps(content, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    assert loads(body, 3 * values(content)) == content


@pytest.mark.parametrize(
    "body",
    [
        b'{"texts": [' + b"[]," * 50 + b"[]]}",
        b"[" * 200,
        b"[" + b"1," * 200 + b"1]",
        b"[" + b'"",' * 200 + b'""]',
        b"{" + b'"a":1,' * 200 + b'"a":1}',
        b'["\\\\",' + b"[]," * 50 + b'"\\""]',  # the strings end where a parser says so
    ],
)
def test_more_values_are_refused(body):
    with pytest.raises(ValueError, match="more than 50 values"):
        loads(body, 50)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le"])
def test_only_utf_8_is_read(encoding):
    """In UTF-16 the bytes of a letter may look like a quotation mark, behind which values could hide."""
    with pytest.raises(ValueError, match="not UTF-8"):
        loads('{"text": "≢"}'.encode(encoding))


@pytest.mark.parametrize("body", [b"", b"{", b"nul", b'"\xff"', b"[1] 2", b"\xef\xbb\xbf", b"[" * 9_000])
def test_what_is_no_json_is_refused(body):
    with pytest.raises(ValueError):
        loads(body)


def test_lone_surrogates_and_a_byte_order_mark_are_read():
    assert loads(b'\xef\xbb\xbf{"text": "a\\ud83c\xed\xb8\x80"}') == {"text": "a\ud83c\ude00"}
