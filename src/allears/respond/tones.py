"""How a reply that is being written sounds to the customer of a case. Asked for by its writer; nothing is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allears.respond.models import Case, CaseEntry

if TYPE_CHECKING:
    from allears.understand.text.tone import Tone


def draft_tone(*, case: Case, text: str) -> Tone:
    """The tone of `text` as an answer to what the customer said last on this case."""
    from allears.understand.text.tone import tone

    return tone(text, reply_to=last_words(case), name=case.customer.name if case.customer else "")


def last_words(case: Case) -> str:
    """What the customer said last: on the case, or what opened it."""
    entries = CaseEntry.objects.in_workspace(case.workspace_id).filter(case=case, kind=CaseEntry.Kind.CUSTOMER)
    entry = entries.exclude(text="").order_by("-id").first()
    if entry is not None:
        return str(entry.text)
    return str(case.origin.text) if case.origin else ""
