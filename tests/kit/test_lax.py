"""JSON that languages in use write and strict readers refuse."""

from typing import Any

import msgspec
import pytest

from allears.kit import lax


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r'{"a":"\ud83d cut"}', {"a": "\ufffd cut"}),
        (r'{"\udc4d":1}', {"\ufffd": 1}),
        (r'["\ud83d\udc4d"]', ["\U0001f44d"]),
        ("[NaN, Infinity, -Infinity]", [None] * 3),
        ("[1e999, -1e999, 1e308, 2, -0.5E-999]", ["1e999", "-1e999", 1e308, 2, 0.0]),
        (f"[{'9' * 400}, {'9' * 6000}.5]", ["9" * 400, "9" * 6000 + ".5"]),
        ('\ufeff{"a":1}', {"a": 1}),
        ('["tab\there"]', ["tab\there"]),
        (b'["caf\xe9"]', ["caf\ufffd"]),
        ("[123456789012345678901234567890, 0.1]", [123456789012345678901234567890, 0.1]),
    ],
)
def test_it_is_read(text: str | bytes, value: Any) -> None:
    assert lax.decode(text) == value
    assert msgspec.json.decode(lax.mended(text)) == value


@pytest.mark.parametrize("text", ["", "hello", '{"a":1,}', "{'a':1}", '{"a":1} {"a":2}', b"\x00\x01"])
def test_what_is_no_json_stays_none(text: str | bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        lax.decode(text)
    with pytest.raises(ValueError):
        lax.mended(text)


def test_what_is_nested_too_deeply_says_so() -> None:
    with pytest.raises(RecursionError):
        lax.decode("[" * 200_000 + "]" * 200_000)


@pytest.mark.parametrize("huge", ["1e999", "-1E+400", "9" * 309, "9" * 5000, "9" * 320 + ".5"])
def test_what_is_stored_is_read_in_numbers_that_can_be_written(huge: str) -> None:
    assert lax.stored(f'{{"a":{huge},"b":1e308,"c":[12345678901234567890]}}') == {
        "a": huge,
        "b": 1e308,
        "c": [12345678901234567890],
    }
    assert lax.has_huge(f'{{"a":{huge}}}')
    assert not lax.has_huge('{"a":1e30,"b":"apple","c":123456789}')
