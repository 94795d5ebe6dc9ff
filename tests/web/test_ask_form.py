"""What is typed into the forms of probes and studies: odd figures are told, never kept."""

import pytest
from django.forms import ValidationError

from allears.web.ask_form import numbers_by_name, typed_value


def test_a_name_and_a_number_in_each_line() -> None:
    assert numbers_by_name("vip 50\n普通：20%\n7") == {"vip": 50, "普通": 20, "": 7}


@pytest.mark.parametrize("line", ["vip", "vip many", "vip inf", "vip nan", "vip -1e999"])
def test_a_line_without_a_figure_is_told(line: str) -> None:
    with pytest.raises(ValidationError, match="does not end with a number"):
        numbers_by_name(line)


@pytest.mark.parametrize(
    ("text", "value"),
    [("5", 5), ("true", True), ("late", "late"), ("NaN", "NaN"), ("-Infinity", "-Infinity"), ("1e999", "1e999")],
)
def test_a_value_is_what_json_can_hold(text: str, value: object) -> None:
    assert typed_value("=", text) == value
