"""What Ctrl K finds: pages and commands by name, customers, cases and voices by what they hold."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from allears.accounts.access import Access
from allears.customers.finding.searching import like
from allears.listen.models import Voice
from allears.listen.words.searching import matching
from allears.respond.models import Case
from allears.web.context import exists, places, settings_places

FEW = 5


@dataclass(frozen=True, kw_only=True)
class Hit:
    label: str
    href: str
    icon: str
    hint: str = ""


@dataclass(frozen=True, kw_only=True)
class Group:
    name: str
    hits: list[Hit]


def find(*, access: Access, text: str) -> list[Group]:
    """Groups with something in them, pages first. People and matters need two characters (one in Chinese)."""
    text = text.strip()
    groups = [Group(name=_("Pages"), hits=list(_pages(access, text)))]
    if len(text.encode()) >= 2:
        groups += [
            Group(name=_("Cases"), hits=list(_cases(access, text))),
            Group(name=_("Customers"), hits=list(_customers(access, text))),
            Group(name=_("Voices"), hits=list(_voices(access, text))),
        ]
    return [group for group in groups if group.hits]


def _pages(access: Access, text: str) -> Iterator[Hit]:
    shown = {each["place"].href: each["place"] for each in (*places(access, ""), *settings_places(access, ""))}
    for place in shown.values():
        label = str(place.label)
        if text.casefold() in label.casefold() or text.casefold() in place.href:
            yield Hit(label=label, href=place.href, icon=place.icon)
    if access.is_admin:
        for label, href, icon in (
            (_("Invite a member"), "/settings/members", "user-plus"),
            (_("Make a write key"), "/settings/keys", "key-round"),
            (_("Erase a customer"), "/customers", "shield-check"),
            (_("Import a file"), "/imports", "upload"),
            (_("Connect a mailbox"), "/settings/sources/new/imap", "mail"),
        ):
            if exists(href) and text.casefold() in label.casefold():
                yield Hit(label=label, href=href, icon=icon)


def _cases(access: Access, text: str) -> Iterator[Hit]:
    cases = Case.objects.in_workspace(access.workspace_id)
    if not access.is_manager:
        cases = cases.filter(owner=access.membership)
    number = text.lstrip("#")
    found = Q(subject__icontains=text)
    if number.isdecimal() and len(number) < 9:
        found |= Q(number=int(number))
    for case in cases.filter(found).order_by("-opened_at")[:FEW]:
        yield Hit(label=f"#{case.number} {case.subject}", href=f"/cases/{case.number}", icon="ticket")


def _customers(access: Access, text: str) -> Iterator[Hit]:
    if not access.is_manager:
        return
    for customer in like(workspace_id=access.workspace_id, text=text, limit=FEW):
        name = customer.name or customer.email or customer.phone or customer.key
        yield Hit(label=name, href=f"/customers/{customer.key}", icon="user", hint=customer.segment)


def _voices(access: Access, text: str) -> Iterator[Hit]:
    if not access.is_manager:
        return
    found = matching(workspace_id=access.workspace_id, question=text, limit=FEW)
    rows = Voice.objects.in_workspace(access.workspace_id).filter(pk__in=found)
    for voice in rows.order_by("-said_at")[:FEW]:
        yield Hit(label=voice.text[:90], href=f"/listen/voices/{voice.pk}", icon="message-circle")
