"""No column with words may be forgotten when a person is shown or erased."""

from collections import Counter
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import models
from django.utils import translation
from django.utils.translation import gettext

from allears.customers.personal import Erase, harmless, personal_table, personal_tables

WORDS = (models.TextField, models.CharField, models.JSONField, models.BinaryField, models.GenericIPAddressField)


def columns_with_words() -> Iterator[tuple[str, str]]:
    """(model, column) wherever free words could stand; a column with choices holds codes."""
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.local_fields:
            if isinstance(field, WORDS) and not field.choices:
                yield model._meta.label, field.name


def test_every_column_with_words_is_declared_personal_or_harmless() -> None:
    forgotten = []
    for model, column in columns_with_words():
        table = personal_table(model)
        personal = table is not None and column in (*table.columns, *table.renew)
        told_harmless = any(column in each.columns for each in harmless().get(model, ()))
        if not (personal or told_harmless):
            forgotten.append(f"{model}.{column}")
    assert forgotten == [], (
        "declare these in the domain's personal.py (customers/personal.py says how): as columns of a PersonalTable, "
        "or as Harmless with the reason"
    )


def test_what_is_named_before_an_erasure_is_named_in_chinese_too() -> None:
    with translation.override("zh-hans"):
        left = {table.label for table in personal_tables() if table.label and gettext(table.label) == table.label}
    assert left <= {"Webhooks"}  # the same word in both


def test_no_column_is_both() -> None:
    both = [
        f"{table.model}.{column}"
        for table in personal_tables()
        for told in harmless().get(table.model, ())
        for column in {*table.columns, *table.renew} & set(told.columns)
    ]
    assert both == []


def test_no_column_is_called_harmless_twice() -> None:
    told = [(model, column) for model, found in harmless().items() for each in found for column in each.columns]
    assert [f"{model}.{column}" for (model, column), times in Counter(told).items() if times > 1] == []


@pytest.mark.parametrize("table", personal_tables(), ids=lambda table: table.model)
def test_declarations_name_what_exists(table: object) -> None:
    model = table.model_type()  # type: ignore[attr-defined]
    names = {field.name for field in model._meta.get_fields()}
    assert {*table.columns, *table.renew} <= names  # type: ignore[attr-defined]
    assert not table.at or table.at in names  # type: ignore[attr-defined]
    step = model
    for part in filter(None, table.customer.split("__")):  # type: ignore[attr-defined]
        field = step._meta.get_field(part)
        step = field.related_model or step
    assert step._meta.label == "customers.Customer" or not table.customer  # type: ignore[attr-defined]


def test_a_link_that_is_cut_may_be_null() -> None:
    for table in personal_tables():
        if table.erase is Erase.BLANK and table.link:
            assert table.model_type()._meta.get_field(table.link).null, table.model
