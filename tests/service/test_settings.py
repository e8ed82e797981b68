"""Environment variables, read with care."""

from dataclasses import fields

import pytest

from space.service.settings import Settings, SettingsError, read_settings


def test_what_is_not_set_has_its_default():
    assert read_settings({}) == Settings()
    assert read_settings({f"CLINSTILL_{field.name.upper()}": "" for field in fields(Settings)}) == Settings()


def test_each_is_read_as_its_type():
    given = {"TOKEN": "a b", "QUEUE": "7", "DEADLINE_S": "0.5", "PAGE": "off", "MCP": "On", "STUDENT": "x"}
    found = read_settings({f"CLINSTILL_{name}": value for name, value in given.items()})
    assert found == Settings(token="a b", queue=7, deadline_s=0.5, page=False, mcp=True)


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
    ],
)
def test_what_is_malformed_is_named(name, value, expected):
    with pytest.raises(SettingsError, match=f"CLINSTILL_{name} must be {expected}"):
        read_settings({f"CLINSTILL_{name}": value})


def test_a_token_is_not_told():
    with pytest.raises(SettingsError) as raised:
        read_settings({"CLINSTILL_TOKEN": "schlüssel"})
    assert "schl" not in str(raised.value)
