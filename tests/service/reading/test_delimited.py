"""Tables as spreadsheets, data frames and people write them; what is lost of a broken one is named."""

import pytest

from space.service.reading.dispatch import Limits, Row, read_rows

LIMITS = Limits(characters=1_000, rows=500, entries=20, unpacked=100_000)


def read(data: str, name: str = "t.csv") -> list[Row]:
    return list(read_rows(name, data.encode(), LIMITS))


def texts(data: str, name: str = "t.csv") -> dict[str, str]:
    rows = read(data, name)
    assert [row.error for row in rows] == [None] * len(rows)
    return {row.id: row.text for row in rows}


def error(data: str) -> str:
    """What is said of the table as a whole."""
    [row] = read(data)
    assert (row.id, row.text) == ("t.csv", None)
    return row.error


def shown(data: str) -> list[str]:
    """Of each row its text, or what is wrong."""
    return [row.error if row.text is None else row.text for row in read(data)]


@pytest.mark.parametrize("mark", list(";,\t|:^ "))
@pytest.mark.parametrize("line", ["sep={}", "SEP={}", "Sep={}", '"sep={}"', "\ufeffsep={}", '\ufeff"SEP={}"'])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_a_line_that_names_the_delimiter_is_followed(mark, line, end):
    rows = [line.format(mark), f"id{mark}text", f'1{mark}"asthma, gout; fever|x"', f"2{mark}lithium"]
    assert texts(end.join([*rows, ""])) == {"1": "asthma, gout; fever|x", "2": "lithium"}


def test_a_named_delimiter_goes_before_what_the_header_suggests():
    assert "columns" in error("sep=,\r\nid;note,x\r\n1;asthma,x\r\n")
    assert texts("text\nsep=;\n") == {"t.csv:1": "sep=;"}  # below the first line it is a text


def test_missing_and_empty_surplus_cells_at_the_end_of_a_row_are_read():
    assert texts("id,text,note\n1,asthma\n2,gout,x\n") == {"1": "asthma", "2": "gout"}
    assert texts("id,text\n1,asthma,\n2,gout,,,\n") == {"1": "asthma", "2": "gout"}
    assert texts("text,id\nasthma\ngout,2\n") == {"t.csv:1": "asthma", "2": "gout"}
    assert texts("id;text;;\n1;asthma;;\n") == {"1": "asthma"}  # the header has them too
    assert texts('"","id","text"\n"1","a","asthma"\n') == {"a": "asthma"}  # row names of R
    assert texts(",id,text\n0,a,asthma\n,b,\n") == {"a": "asthma", "b": ""}  # the index of pandas
    assert shown("id,text\n1,asthma,x\n2\n3,gout\n") == [
        "line 2: 3 fields, the header names 2; quote a text that holds the delimiter",
        "line 3: no text, 1 of 2 fields; quote a text that holds a line end",
        "gout",
    ]


UNCLOSED = 'id,text\n1,asthma\n2,"gout noted\n3,fever\n4,lithium\n5,tremor\n6,aspirin\n'


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [",", "\t", ";"])
def test_lines_that_an_unclosed_quotation_swallows_are_named(mark, end):
    rows = read(UNCLOSED.replace(",", mark).replace("\n", end))
    assert [row.text for row in rows] == ["asthma", None]
    assert rows[1].id == "t.csv:2"
    assert rows[1].error == (
        "lines 3 to 7: a quotation mark is never closed: these lines are not read, those before are; close "
        "it, and double quotation marks inside a quoted text"
    )


def test_lines_are_named_where_a_later_quotation_mark_closes_the_unclosed():
    table = 'id,text\n1,asthma\n2,"gout noted\n3,fever\n4,"lithium"\n5,tremor\n'
    assert shown(table) == [
        "asthma",
        "lines 3 to 5: quotation marks do not match: these lines are not read, those before and behind are; "
        "double quotation marks inside a quoted text",
        "tremor",
    ]
    assert shown('text,id\n"say "no" now",1\nfever,2\n')[0].startswith("line 2: quotation marks do not match")
    assert shown('text\nfever\n"open')[1].startswith("line 3: a quotation mark is never closed: this line is")
    merged = 'id,text,x\n1,"a\n2,b,"",""\n3,c,d\n'
    assert shown(merged)[0].startswith("lines 2 to ")


def test_blank_lines_are_no_rows_and_lines_are_counted_with_them():
    table = "\n\nid,text\n\n1,asthma\n   \n2,gout,x\n\n"
    assert shown(table) == [
        "asthma",
        "line 7: 3 fields, the header names 2; quote a text that holds the delimiter",
    ]
    assert texts('text\n" "\n""\nx\n') == {"t.csv:1": " ", "t.csv:2": "", "t.csv:3": "x"}
    assert texts('id,text\n1,\n2," "\n') == {"1": "", "2": " "}


def test_every_end_of_a_line_and_a_text_of_several_lines_is_read():
    for end in ("\n", "\r\n", "\r", "\r\r\n"):
        table = end.join(["id,text", f'1,"one{end}two"', "2,x"])
        assert texts(table) == {"1": f"one{end}two", "2": "x"}


def test_a_line_end_of_another_kind_in_a_text_without_quotes_is_told():
    """As pandas writes it; to take it for the end of a row would cut the text."""
    assert shown("id,text\n1,one\rtwo, three\n2,x\n") == [
        "line 2: a line end of another kind: this line is not read, those before and behind are; quote a "
        "text that holds a line end",
        "x",
    ]
    assert shown("id,text\r1,one\ntwo\r2,x\r")[1] == "x"
    assert texts('id,text\n1,"one\rtwo"\r\n2,x\n') == {"1": "one\rtwo", "2": "x"}


def test_names_of_columns_are_read_in_any_case_and_quoted():
    for header in ("ID,Text", '"id","TEXT"', ' id , "text"'.replace(' "text"', " text "), '\ufeff"Id",text'):
        assert texts(f"{header}\n007,asthma\n1.0,gout\n1e3,x\n") == {
            "007": "asthma",
            "1.0": "gout",
            "1e3": "x",
        }
    assert texts("id,text\n9007199254740993,x\n") == {"9007199254740993": "x"}


def test_an_empty_id_is_none():
    assert texts("id,text\n,asthma\n") == {"t.csv:1": "asthma"}


def test_a_header_that_does_not_say_where_the_texts_are_is_told():
    assert error("text,id,Text\na,b,c\n") == "2 columns are called text; rename all but one"
    assert error("id,text,ID\na,b,c\n") == "2 columns are called id; rename all but one"
    assert error("id,note\n1,a\n") == "the first line should name the columns, one of them text"
    assert "first line" in error("")
    assert "columns" in error("," * 1_001 + "text\n")
    for first in ("Patient with asthma.", "a" * 61, "Gout?"):
        assert "looks like a text" in error(f"{first}\nanother\n")
    assert texts("Clinical note\nfirst\n") == {"t.csv:1": "first"}
    assert texts("id,text\n") == {}


def test_files_put_one_behind_another_are_read():
    assert texts("\ufeffid,text\n1,a\n\ufeffid,text\n2,b\n") == {"1": "a", "2": "b"}
    assert texts('\ufeff"id","text"\n"1","a"\n\ufeff"id","text"\n"2","b"\n') == {"1": "a", "2": "b"}
    assert texts("text\na\ntext\n") == {"t.csv:1": "a", "t.csv:2": "text"}  # without a mark it may be a text


def test_a_tsv_is_a_table():
    assert texts("id\ttext\n1\tasthma, gout\n", "T.TSV") == {"1": "asthma, gout"}


def test_a_record_beyond_the_limits_is_told_before_it_is_parsed_and_the_next_is_read():
    table = "id,text\n1," + "x" * 17_000 + "\n2,gout\n3," + "," * 3_000 + "\n4,fever\n"
    found = shown(table)
    assert found[0].startswith("line 2: more than 16,000 characters")
    assert found[2].startswith("line 4: more than 16,000 characters or 2,000 delimiters")
    assert (found[1], found[3]) == ("gout", "fever")
    quoted = 'id,text\n1,"' + "long line\n" * 2_000 + '"\n2,gout\n'
    assert shown(quoted)[0].startswith("lines 2 to 2,002: more than")
    assert shown(quoted)[1:] == ["gout"]
    one_line = 'id,text\n1,"' + "x" * 50_000 + '"\n2,gout\n'
    assert shown(one_line)[1:] == ["gout"]
    never = 'id,text\n1,"' + "long line\n" * 2_000
    assert [text[:16] for text in shown(never)] == ["lines 2 to 2,001"]
    assert shown('id,text\n1,"' + "," * 900 + '"\n') == ["," * 900]
