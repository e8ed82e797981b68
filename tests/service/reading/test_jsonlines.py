"""JSON lines: what is an object with a text, and what is said of every other line."""

import json

import pytest

from space.service.reading.dispatch import Limits, Row, read_rows
from space.service.reading.jsonlines import FORM, VALUES
from space.service.reading.row import Numeral

LIMITS = Limits(characters=1_000, rows=500, entries=20, unpacked=100_000)


def read(data: str, limits: Limits = LIMITS) -> list[Row]:
    return list(read_rows("n.jsonl", data.encode("utf-8", "surrogatepass"), limits))


def errors(data: str, limits: Limits = LIMITS) -> list[str | None]:
    return [row.error for row in read(data, limits)]


@pytest.mark.parametrize(
    "written",
    ["9007199254740993", "9007199254740992", "123456789012345678", "1.0", "1e3", "-0", "1E400", "0.10"],
)
def test_a_number_is_an_id_in_its_own_digits(written):
    [row] = read(f'{{"id": {written}, "text": "gout"}}')
    assert row.id == written and isinstance(row.id, Numeral)


@pytest.mark.parametrize("written", ["007", "9007199254740993", "1e3", "", "é\n"])
def test_a_string_is_an_id_as_it_stands(written):
    [row] = read(json.dumps({"id": written, "text": "gout"}))
    assert row.id == written and type(row.id) is str


@pytest.mark.parametrize("written", ["true", "[1]", "{}", "NaN", "Infinity"])
def test_nothing_else_is_an_id(written):
    assert errors(f'{{"id": {written}, "text": "gout"}}') == ['line 1: "id" should be a string or a number']
    assert read('{"id": null, "text": "gout"}') == [Row("n.jsonl:1", "gout")]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_end_of_a_line_is_one_and_no_other_character(end):
    data = end.join(['\ufeff{"text": "a\u2028b\x85"}', "", " \t", '\ufeff{"text": "second"}', ""])
    assert [row.text for row in read(data)] == ["a\u2028b\x85", "second"]


def test_json_over_several_lines_is_told_once():
    objects = [{"id": 1, "text": "asthma"}, {"id": 2, "text": "gout"}]
    expected = [Row("n.jsonl", None, f"JSON over several lines, not JSON lines; {FORM}")]
    assert read(json.dumps(objects, indent=2)) == expected
    assert read(json.dumps(objects[0], indent=2)) == expected
    assert read("[" + ",\n".join(map(json.dumps, objects)) + "]") == expected
    assert read("[\n" + ",\n".join(map(json.dumps, objects)) + "\n]\n") == expected
    [told] = errors(json.dumps(objects))
    assert told.startswith("line 1: a list; ") and FORM in told


def test_an_object_without_a_text_is_told_what_a_line_must_be():
    for name in ("note", "content", "Text", " text", "TEXT", "body", "data"):
        called = name.strip().lower()
        expected = f'line 1: "text" is missing; it is called "{called}" here; {FORM}'
        assert errors(json.dumps({"id": 1, name: "secret"})) == [expected]
    assert errors('{"id": 1, "secret": "x"}') == [f'line 1: "text" is missing; {FORM}']
    for text in ("1", "1.5", "null", "true", '["a"]'):
        assert errors(f'{{"text": {text}}}') == [f'line 1: "text" is no string; {FORM}']
    assert errors('"secret"') == [f"line 1: not an object; {FORM}"]
    assert errors('{"text": "a"} {"text": "b"}') == [f"line 1: not JSON; {FORM}"]


def test_what_other_programs_put_beside_the_text_is_left_alone():
    tokens = [{"text": "a", "start": 0, "end": 1, "id": 0, "ws": False}] * 100
    line = {"text": "asthma", "spans": [], "tokens": tokens, "meta": {"score": float("nan")}, "id": "x"}
    assert read(json.dumps(line) + "\n") == [Row("x", "asthma")]


def test_a_line_beyond_the_limits_is_told_before_it_is_parsed_and_the_next_is_read():
    limits = Limits(characters=200_000, rows=50, entries=1, unpacked=1)
    good = '\n{"text": "good"}'
    crowd = '{"text": "a", "x": [' + "[]," * VALUES + "[]]}"
    deep = '{"text": "a", "x": ' + "[" * 5_000 + "]" * 5_000 + "}"
    assert errors(crowd + good, limits) == [f"line 1: more than {VALUES:,} values; {FORM}", None]
    assert errors(deep + good, limits) == [f"line 1: nested too deeply; {FORM}", None]
    long = '{"text": "' + "x" * 16_000 + '"}'
    assert errors(long + good) == [f"line 1: longer than 16,000 characters; {FORM}", None]
    assert errors(good + "\n" + long) == [None, f"line 3: longer than 16,000 characters; {FORM}"]
    full = json.dumps({"text": "😀" * 1_000})  # as long as a text may be, in its longest form
    assert [row.text for row in read(full)] == ["😀" * 1_000]
    brackets = json.dumps({"text": "[]," * 66_000})
    assert errors(brackets, limits) == [None]
