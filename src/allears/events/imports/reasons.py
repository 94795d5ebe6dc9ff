"""Why a row of a file cannot be taken: kept as a code with its values, said in the language of whoever reads it.

A reason is kept as one line of JSON, which the row carries from the reader of the file to quarantine. The reasons of
events, which stand there too, are kept as ``events.reasons`` says.
"""

import json
from typing import Any

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from allears.events import reasons

_WORD = "word"  # marks a value that is a word of ours and is said in the reader's language too

WORDS = {
    "cells_of_header": _(
        "The row has %(found)d cells, but the header has %(wanted)d. A separator or quotation mark inside a "
        "text may be missing its quotes: put the text in quotation marks and send the row again."
    ),
    "cells_of_table": _("The row has %(found)d cells, but the table has %(wanted)d columns."),
    "encoding": _("Some bytes of the row are not %(encoding)s. Save the file as UTF-8 and send the row again."),
    "no_object": _("The line is no JSON object (%(error)s). Mend it and send the row again."),
    "large_cell": _("A cell has %(found)d characters, more than the %(most)d that are taken. Shorten it."),
    "too_long": _("“%(text)s…” has %(found)d characters; %(field)s may have %(most)d. Shorten it."),
    "off_scale": _("%(value)g lies outside the scale from %(low)g to %(high)g. Mend the value or the scale."),
    "no_answer": _(
        "“%(text)s” is no answer on the scale. Write a number, or say in the mapping’s “values” what it means."
    ),
    "no_feeling": _(
        "“%(text)s” is no feeling. Write positive, neutral or negative, or say it in the mapping’s “values”."
    ),
    "no_flag": _("“%(text)s” is neither yes nor no. Write yes or no."),
    "no_time": _("“%(text)s” is no time that can be read. Write it as 2026-11-21 10:05."),
    "no_month": _(
        "In “%(text)s” there is no month %(month)d: in this column %(first)s stands first. Write 2026-11-21."
    ),
    "no_such_day": _("“%(text)s” names a day or hour that does not exist. Write it as 2026-11-21 10:05."),
    "no_zone": _("“%(text)s” names the time zone %(zone)s, which is not known. Write it as 2026-11-21 10:05+08:00."),
    "erased": _("This person was erased and asked not to be brought back. Leave the row out."),
    "no_person": _(
        "The row names nobody: it has no id, no valid e-mail address and no telephone number. Fill in one of them."
    ),
    "nobody": _("The row names nobody: fill in a customer’s id, e-mail address or telephone number."),
    "no_event": _("The row does not say what happened. Fill in the event’s name and send the row again."),
    "no_score": _("The row has neither a score nor a text. Fill in one of them and send the row again."),
    "no_words": _("The row has no text and no score. Fill in one of them and send the row again."),
    "silent_turn": _("The turn has no words."),
    "who_speaks": _("It is not clear who “%(name)s” is. Write Customer, Agent or Bot and send the row again."),
    "no_account": _("The row names no account. Fill in its id."),
}


def coded(code: str, **values: Any) -> str:
    """The reason as it is kept."""
    assert code in WORDS, code
    kept = {name: _kept(value) for name, value in values.items()}
    return json.dumps({"code": code, **({"values": kept} if kept else {})}, ensure_ascii=False)


def in_words(reason: str) -> str:
    """The reason in the language in force."""
    found = _decoded(reason)
    if found is None:
        return reasons.in_words(reason)
    values = {name: _said(value) for name, value in found.get("values", {}).items()}
    return str(WORDS[found["code"]]) % values


def _decoded(reason: str) -> dict[str, Any] | None:
    """None for a reason that is kept otherwise."""
    if not reason.startswith('{"code": "'):
        return None
    try:
        found = json.loads(reason)
    except ValueError:
        return None
    return found if found.get("code") in WORDS else None


def _kept(value: Any) -> Any:
    if not isinstance(value, Promise):
        return value
    with translation.override("en"):  # English is what our texts are found by
        return {_WORD: str(value)}


def _said(value: Any) -> Any:
    return gettext(value[_WORD]) if isinstance(value, dict) else value
