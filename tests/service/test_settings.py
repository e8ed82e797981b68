"""Environment variables, read with care."""

import re
from dataclasses import fields

import pytest

from space.service.settings import Settings, SettingsError, describe_settings, read_port, read_settings


def test_what_is_not_set_has_its_default():
    assert read_settings({}) == Settings()
    empty = {f"CLINSTILL_{field.name.upper()}": "" for field in fields(Settings) if field.name != "token"}
    assert read_settings(empty) == Settings()


def test_each_is_read_as_its_type():
    given = {"TOKEN": "a b", "QUEUE": "7", "DEADLINE_S": "0.5", "PAGE": "off", "MCP": "On", "STUDENT": "x"}
    given["HOSTS"] = "tagger.example.org, Box:8443,"
    found = read_settings({f"CLINSTILL_{name}": value for name, value in given.items()})
    hosts = ("tagger.example.org", "box:8443")
    assert found == Settings(token="a b", hosts=hosts, queue=7, deadline_s=0.5, page=False, mcp=True)


def test_with_a_token_the_page_is_off_unless_it_is_asked_for():
    assert read_settings({"CLINSTILL_TOKEN": "a"}).page is False
    assert read_settings({"CLINSTILL_TOKEN": "a", "CLINSTILL_PAGE": ""}).page is False
    assert read_settings({"CLINSTILL_TOKEN": "a", "CLINSTILL_PAGE": "on"}).page is True


def test_a_port_is_one():
    assert (read_port({}), read_port({"PORT": ""}), read_port({"PORT": "65535"})) == (7860, 7860, 65535)
    for wrong in ("70000", "0", "-1", "eighty", "80.0", "²", " 80"):
        with pytest.raises(SettingsError, match="PORT must be a number from 1 to 65535, found"):
            read_port({"PORT": wrong})


def test_help_tells_each_with_its_default():
    told = describe_settings()
    for field in fields(Settings):
        assert re.search(rf"CLINSTILL_{field.name.upper()} .*{field.metadata['about']}", told)
    assert re.search(r"CLINSTILL_QUEUE +256 ", told)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("QUEUE", "many", "a whole number"),
        ("QUEUE", "0", "a whole number"),
        ("BATCH", "-1", "a whole number"),
        ("CHARACTERS", "1.5", "a whole number"),
        ("BODY_BYTES", "²", "a whole number"),
        ("DEADLINE_S", "soon", "a number of seconds"),
        ("DEADLINE_S", "0", "a number of seconds"),
        ("DRAIN_S", "inf", "a number of seconds"),
        ("DRAIN_S", "nan", "a number of seconds"),
        ("PAGE", "yes", "on or off"),
        ("TOKEN", "schlüssel", "printable ASCII"),
        ("TOKEN", "", "printable ASCII, as a header can carry it, and not blank"),
        ("TOKEN", "   ", "printable ASCII, as a header can carry it, and not blank"),
        ("HOSTS", "https://tagger.example.org", "names of hosts"),
        ("HOSTS", "*", "names of hosts"),
    ],
)
def test_what_is_malformed_is_named(name, value, expected):
    with pytest.raises(SettingsError, match=f"CLINSTILL_{name} must be {expected}"):
        read_settings({f"CLINSTILL_{name}": value})


def test_a_token_is_not_told():
    with pytest.raises(SettingsError) as raised:
        read_settings({"CLINSTILL_TOKEN": "schlüssel"})
    assert "schl" not in str(raised.value)
