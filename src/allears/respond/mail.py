"""Replies as mail: in the customer's language, in one thread, with the way to the status page."""

from hashlib import blake2b
from urllib.parse import urlsplit

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from allears.accounts.models import Membership
from allears.listen.sources.queries import reply_address
from allears.outreach.contracts import Draft
from allears.respond.models import Case

CATALOGUES = {"zh": "zh-hans", "en": "en"}


def language_of(case: Case) -> str:
    """``zh`` or ``en``: the customer's, else that of what they said, else the workspace's."""
    spoken = [
        case.customer.language if case.customer else "",
        case.origin.language if case.origin else "",
        case.workspace.language,
    ]
    known = (each[:2].lower() for each in spoken if each)
    return next((each for each in known if each in CATALOGUES), "en")


def status_url(case: Case) -> str:
    """Where the customer sees how their matter stands."""
    return f"{settings.PUBLIC_URL}/c/{case.token}"


def mark_of(case: Case) -> str:
    """The case's name in mail: its number, and 64 bits that only its own mail carries; it does not give the status
    page's token away."""
    return f"c{case.number}-{blake2b(case.token.encode(), digest_size=8, person=b'case mail').hexdigest()}"


def thread_id(case: Case) -> str:
    """The Message-ID that all mail of a case hangs on."""
    return f"<{mark_of(case)}@{_host()}>"


def _host() -> str:
    return urlsplit(settings.PUBLIC_URL).hostname or "localhost"


def thread_headers(case: Case, *, key: str) -> dict[str, str]:
    """What makes a mail of ours one of the case's thread, and leads the answer back; ``key`` names this mail."""
    mark, thread = mark_of(case), thread_id(case)
    name = blake2b(key.encode(), digest_size=6).hexdigest()
    headers = {
        "Message-ID": f"<{mark}.{name}@{_host()}>",
        "In-Reply-To": thread,
        "References": thread,
        "X-All-Ears-Case": mark,
    }
    address = reply_address(case.workspace_id)
    return {**headers, "Reply-To": address.marked(mark)} if address else headers


def subject_line(case: Case) -> str:
    """The same for every mail of the case, because some mail programs thread by it."""
    return _("Re: %(subject)s [#%(number)s]") % {"subject": case.subject, "number": case.number}


def reply_draft(*, case: Case, text: str, language: str, author: Membership | None, key: str) -> Draft:
    """The mail of a reply: the words, who wrote them, and the way to the status page. ``key`` names this reply."""
    with override(CATALOGUES.get(language, "en")):
        context = {
            "case": case,
            "text": text,
            "author": str(author.user) if author else "",
            "company": case.workspace.name,
            "url": status_url(case),
            "language": CATALOGUES.get(language, "en"),
        }
        return Draft(
            language=language,
            subject=subject_line(case)[:300],
            text=render_to_string("respond/reply.txt", context),
            html=render_to_string("respond/reply.html", context),
            headers=thread_headers(case, key=key),
        )
