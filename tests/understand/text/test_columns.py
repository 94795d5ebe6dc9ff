"""What a column of labels says, however people keep it."""

import pytest

from allears.understand.text.columns import number_of, parts_of, polarity_of, read


def test_one_label_a_cell() -> None:
    column = read(["Late Flight", "", "Can't Tell", "Late Flight", "n/a"])
    assert column.kind == "single"
    assert column.rows == (("Late Flight",), None, ("Can't Tell",), ("Late Flight",), None)


def test_a_comma_inside_names_splits_nothing() -> None:
    names = ["Payday loan, title loan, or personal loan", "Credit reporting, repair, or other reports", "Mortgage"]
    assert read(names * 5).kind == "single"
    assert read(names * 5).counts()["Mortgage"] == 5


@pytest.mark.parametrize("separator", [";", "|", "、", ",", "；"])
def test_lists_are_known_by_parts_that_come_back(separator: str) -> None:
    cells = ["a b", f"a b{separator} c", f"c{separator}d", "d", f"d{separator}a b", "c"]
    column = read(cells)
    assert column.kind == "multi"
    assert column.rows[1] == ("a b", "c")
    assert read(cells, multi=False).kind == "single"


@pytest.mark.parametrize("separator", ["/", "\n", "┋"])
def test_lists_as_forms_and_workbooks_write_them(separator: str) -> None:
    """`┋` is that of Wenjuanxing, a line break that of a workbook; a slash parts labels that also stand alone."""
    column = read([f"late{separator}cold", "late", "rude", f"rude{separator}cold", "cold"] * 3)
    assert column.kind == "multi"
    assert column.rows[0] == ("late", "cold")


def test_a_slash_inside_names_and_paths_splits_nothing() -> None:
    paths = ["Mobile/Complaint", "Mobile/Question", "Broadband/Complaint", "Broadband/Question", "Shop"]
    assert read(paths * 5).kind == "single"
    assert read(["Shipping/Delivery", "N/A", "Fees/charges", "Shipping/Delivery"]).kind == "single"


def test_json_lists_with_an_empty_one_that_says_no_label() -> None:
    column = read(['["x", "y"]', "[]", "", "['x']"])
    assert column.kind == "multi"
    assert column.rows == (("x", "y"), (), None, ("x",))


@pytest.mark.parametrize(
    "cells",
    [
        ["价格#-1;动力#0", "动力#1", "价格#0", "价格#1;动力#-1"],
        ["价格: -1 | 动力: 0", "动力: 1", "价格:0", "价格:1|动力:-1"],
        ['{"价格": -1, "动力": 0}', '{"动力": 1}', '{"价格": 0}', '{"价格": 1, "动力": -1}'],
    ],
)
def test_labels_in_two_parts(cells: list[str]) -> None:
    column = read(cells)
    assert column.kind == "paired"
    assert column.rows[0] == ("价格#-1", "动力#0")
    assert [parts_of(label) for label in column.rows[0] or ()] == [("价格", "-1"), ("动力", "0")]


def test_lists_as_python_and_numpy_print_them() -> None:
    column = read(["""['it', "it's"]""", "['it' 'was']", '["was"]', "['it']"])
    assert column.rows == (("it", "it's"), ("it", "was"), ("was",), ("it",))


def test_what_is_null_in_an_object_is_not_said() -> None:
    column = read(['{"价格": null, "口味": 1}', '{"价格": -1, "口味": null}', '{"价格": 1, "口味": -1}'])
    assert column.rows[0] == ("口味#1",)


def test_a_class_of_two_words_with_a_colon_stays_one_label() -> None:
    cells = ["Billing: refund", "Billing: error", "Cards: refund", "Cards: error"] * 5
    assert read(cells).kind == "single"
    assert read(cells).rows[0] == ("Billing: refund",)


def test_polarities_behind_a_colon_keep_their_writing() -> None:
    column = read(["price: positive", "price: negative", "room: positive", "room: negative"] * 4)
    assert (column.kind, column.joint) == ("paired", ": ")


def test_a_colon_in_a_name_is_no_second_part() -> None:
    assert read(["Re: refund", "Re: card", "Fwd: limit", "Other"] * 3).kind == "single"


def test_numbers_are_a_scale() -> None:
    assert read(["5", "4", "", "1"]).ordinal
    assert not read(["5", "4", "none of them", "bad"]).ordinal
    assert (number_of("−1"), number_of("80%"), number_of("good")) == (-1.0, 80.0, None)
    assert (polarity_of("正面"), polarity_of("0"), polarity_of("maybe")) == (1, 0, None)


def test_labels_that_differ_in_capitals_width_or_blanks_alone_are_one() -> None:
    found = read(
        ["Billing", "billing ", "BILLING", "billing", "Late  delivery", "late delivery", "ＶＩＰ", "VIP", "VIP", ""]
    )
    assert found.rows[:4] == (("billing",),) * 4  # the writing that most rows have
    assert found.rows[4:6] == (("Late  delivery",),) * 2
    assert found.rows[6:] == (("VIP",), ("VIP",), ("VIP",), None)
    listed = read(["a; B", "b; A", "A; b", "B; a; c", "c; a", "C; b"])
    assert listed.kind == "multi"
    assert len(listed.counts()) == 3


@pytest.mark.parametrize(
    ("cells", "labels"),
    [
        (["1", "1.0", "1", "0", "0.0", "0", "-1", "-1.00", "-1"], ["1", "0", "-1"]),
        (["true", "1", "TRUE", "true", "1.0", "false", "0", "false"], ["true", "false"]),
        (["true", "True", "false", "unsure"], ["true", "false", "unsure"]),
        (["1", "true", "2", "1"], ["1", "true", "2"]),  # a number is no truth where there are more than two
        (["v1.0", "v1", "v1.0"], ["v1.0", "v1"]),
    ],
)
def test_numbers_and_truths_that_programs_write_by_turns_are_one(cells: list[str], labels: list[str]) -> None:
    assert list(read(cells).counts()) == labels
