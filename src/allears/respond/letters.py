"""Which case a mail answers: by the thread, by the address it was sent to, or by our number in its subject."""

import re
from collections.abc import Iterator
from hmac import compare_digest

from allears.listen.models import Letter, Voice
from allears.respond.mail import mark_of
from allears.respond.models import Case

_MARK = re.compile(r"(?:^|<)(c(\d{1,9})-[0-9a-f]{16})(?:[.@>]|$)")
_NUMBER = re.compile(r"\[#(\d{1,9})\]")


def case_answered(voice: Voice) -> Case | None:
    """The case, locked; None when the mail is a new matter.

    A mark that only our mail carries is believed from whatever address it comes; a bare number only from the case's
    own customer, because anybody can write one.
    """
    letter = Letter.objects.in_workspace(voice.workspace_id).filter(voice=voice).first()
    if letter is None:
        return None
    cases = Case.objects.in_workspace(voice.workspace_id).select_for_update(of=("self",)).select_related("touchpoint")
    for mark, number in _marks(letter):
        case: Case | None = cases.filter(number=number).first()
        if case and compare_digest(mark_of(case), mark):
            return case
    stated = _NUMBER.search(str(voice.attributes.get("subject", "")))
    if stated and voice.customer_id:
        own: Case | None = cases.filter(number=int(stated[1]), customer_id=voice.customer_id).first()
        return own
    return None


def _marks(letter: Letter) -> Iterator[tuple[str, int]]:
    for each in [*letter.marks, *letter.answers]:
        if found := _MARK.search(each):
            yield found[1], int(found[2])
