"""Whose rows they are: identifiers in a file resolved to customers, and customers of their own right."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext_lazy

from allears.customers import forgotten
from allears.customers.actions import TraitChange, resolve, update_traits
from allears.customers.history import segments_at
from allears.customers.keys import PLACEHOLDERS, IdentityKeys, clean_email, clean_phone
from allears.customers.memory import lock_identity, new_epoch
from allears.customers.models import ConsentRecord, Customer
from allears.customers.remembering import touch
from allears.customers.rules import rules_of
from allears.events.imports.acquaintance import Said
from allears.events.imports.kinds import BadRow, Chunk, Field, FieldType, Kind, Outcome, Row, Rows
from allears.events.imports.marks import mark
from allears.events.imports.reasons import coded
from allears.store.scope import ScopedQuerySet

WHO_FIELDS = (
    Field(name="user_id", type=FieldType.WHO, label=gettext_lazy("Customer’s id")),
    Field(name="email", type=FieldType.EMAIL, label=gettext_lazy("E-mail")),
    Field(name="phone", type=FieldType.PHONE, label=gettext_lazy("Telephone"), most=40),
)
WHO = ("user_id", "email", "phone", "anonymous_id")
NOBODY: Said = ("", "", "", "")
CONSENTS: dict[str, Any] = {
    "consent": lambda granted: granted,
    "consent_email": lambda granted: {"email": granted},
    "consent_survey": lambda granted: {"*": {"survey": granted}},
    "consent_marketing": lambda granted: {"*": {"marketing": granted}},
}
STATE = ("name", "email", "phone", "language", "timezone", "segment", "attributes")


@dataclass(frozen=True, kw_only=True)
class People:
    """The customer of each row, in order; None where the row names nobody."""

    customer_ids: list[int | None]
    created: frozenset[int] = frozenset()

    def segments_then(self, *, workspace_id: int, at: Sequence[datetime]) -> list[str]:
        """The segment that each row's customer had at the row's own time; empty where nobody is named."""
        asked = [(each, moment) for each, moment in zip(self.customer_ids, at, strict=True) if each is not None]
        found = iter(segments_at(workspace_id=workspace_id, asked=asked))
        return [next(found) if each is not None else "" for each in self.customer_ids]


def keys_of(values: dict[str, Any]) -> IdentityKeys:
    """What the row knows its customer by; what cannot be an address or a number is left out."""
    return _keys(_named_by(values))


def _told(text: str) -> str:
    return "" if text in PLACEHOLDERS else text


def said_by(rows: Sequence[Row]) -> list[Said]:
    """What each row names its customer by."""
    if isinstance(rows, Rows):
        columns = [rows.column(name) if rows.says(name) else [""] * len(rows) for name in WHO]
        return [
            (user_id or "", email or "", phone or "", device or "")
            for user_id, email, phone, device in zip(*columns, strict=True)
        ]
    return [_named_by(row.values) for row in rows]


def _named_by(values: dict[str, Any]) -> Said:
    user_id, email, phone, device = (values.get(name, "") for name in WHO)
    return user_id, email, phone, device


def _keys(said: Said) -> IdentityKeys:
    user_id, email, phone, device = said
    return IdentityKeys(
        user_id=_told(user_id),
        anonymous_id=_told(device),
        email=clean_email(email) if email else "",
        phone=clean_phone(phone) if phone else "",
    )


def names_somebody(said: Said) -> bool:
    """Whether anything of it can be a customer's identifier."""
    return bool(_told(said[0])) or bool(_keys(said).names())


def recognise(chunk: Chunk, rows: Sequence[Row]) -> People:
    """Resolve the rows' identifiers set-wise; customers made for them are marked as the import's."""
    said = said_by(rows)
    distinct = dict.fromkeys(said)
    distinct.pop(NOBODY, None)
    if not distinct:
        return People(customer_ids=[None] * len(rows))
    found, created = _acquainted(chunk, list(distinct))
    mark(workspace_id=chunk.workspace_id, import_id=chunk.import_id, subject="customer", ids=sorted(created))
    return People(customer_ids=[found.get(each) for each in said], created=created)


def _acquainted(chunk: Chunk, distinct: list[Said]) -> tuple[dict[Said, int | None], frozenset[int]]:
    """The customer of each, and which of these were made now: from memory, or all strangers together."""
    workspace_id, known = chunk.workspace_id, chunk.acquaintance
    known.check(lock_identity(workspace_id=workspace_id))
    strangers = [each for each in distinct if each not in known.met]
    touch(
        workspace_id=workspace_id,
        ids={number for each in distinct if (number := known.met.get(each))},
        memory=known.memory,
        now=chunk.now,
    )
    joins = known.memory.joins
    created = _introduce(chunk, strangers)
    if known.memory.joins != joins:  # some who were met may be another's now
        new_epoch(workspace_id=workspace_id)
        known.forget()
        created |= _introduce(chunk, distinct)
    return {each: known.learnt[each] if each in known.learnt else known.met[each] for each in distinct}, created


def _introduce(chunk: Chunk, strangers: list[Said]) -> frozenset[int]:
    """Resolve who was not met before; the customers made for it."""
    keys = {each: _keys(each) for each in strangers}
    away = unwelcome(workspace_id=chunk.workspace_id, keys=list(keys.values()))
    named = [each for each, key in keys.items() if key.names() and key not in away]
    known = chunk.acquaintance
    known.learnt.update(dict.fromkeys(strangers))
    if not named:
        return frozenset()
    last = Customer.objects.in_workspace(chunk.workspace_id).aggregate(last=Max("id"))["last"] or 0
    wanted = [keys[each] for each in named]
    found = resolve(workspace_id=chunk.workspace_id, keys=wanted, now=chunk.now, memory=known.memory)
    known.learnt.update(zip(named, found, strict=True))
    return frozenset(each for each in found if each > last)


def _load_customers(chunk: Chunk) -> Outcome:
    good: list[Row] = []
    bad: list[BadRow] = []
    said = said_by(chunk.rows)
    keys = {each: _keys(each) for each in said}
    away = unwelcome(workspace_id=chunk.workspace_id, keys=list(keys.values()))
    for row, each in zip(chunk.rows, said, strict=True):
        if keys[each] in away:
            bad.append(BadRow(number=row.number, field="user_id", reason=coded("erased")))
        elif keys[each].names():
            good.append(row)
        else:
            bad.append(BadRow(number=row.number, field="user_id", reason=coded("no_person")))
    people = recognise(chunk, good)
    ids = [each for each in people.customer_ids if each is not None]
    older = [each for each in ids if each not in people.created]
    before = _states(chunk.workspace_id, older)
    changes = [
        TraitChange(customer_id=customer, traits=_traits(row), at=chunk.now)
        for row, customer in zip(good, ids, strict=True)
    ]
    update_traits(
        workspace_id=chunk.workspace_id, changes=changes, now=chunk.now, source="import", created=people.created
    )
    after = _states(chunk.workspace_id, older)
    return Outcome(repeated=sum(before[each] == after[each] for each in older), bad=bad)


def unwelcome(*, workspace_id: int, keys: Sequence[IdentityKeys]) -> set[IdentityKeys]:
    """Those who were erased and asked that no import brings them back; their words stay nobody's."""
    if not forgotten.any_in(workspace_id):
        return set()
    rules = rules_of(workspace_id=workspace_id)
    names = {each: rules.normal(each).names() for each in keys}
    away = forgotten.forgotten_among(workspace_id=workspace_id, names={name for own in names.values() for name in own})
    return {each for each, own in names.items() if not away.isdisjoint(own)}


def _traits(row: Row) -> dict[str, Any]:
    """The unmapped columns as attributes, the mapped ones by their own names."""
    traits: dict[str, Any] = dict(row.rest)
    values = row.values
    for name in ("name", "email", "phone", "language", "timezone", "segment"):
        if name in values:
            traits[name] = values[name]
    if "name" not in values and ("first_name" in values or "last_name" in values):
        traits |= {name: values.get(name, "") for name in ("first_name", "last_name")}
    traits.pop("consent", None)
    consent: Any = None
    for name, shape in CONSENTS.items():
        if name in values:
            said = shape(values[name])
            consent = said if consent is None or not isinstance(said, dict) else _merged(consent, said)
    return traits if consent is None else {**traits, "consent": consent}


def _merged(first: Any, second: dict[str, Any]) -> dict[str, Any]:
    """Two statements of consent as one; the general one is the floor under the special one."""
    base = {"*": {"*": first}} if isinstance(first, bool) else dict(first)
    for channel, said in second.items():
        have = base.get(channel)
        if isinstance(have, dict) and isinstance(said, dict):
            base[channel] = {**have, **said}
        else:
            base[channel] = said
    return base


def _states(workspace_id: int, customer_ids: Sequence[int]) -> dict[int, Any]:
    """All that a row could change about these customers, to tell whether it did."""
    states: dict[int, Any] = {}
    ids = sorted(set(customer_ids))
    for start in range(0, len(ids), 900):
        part = ids[start : start + 900]
        rows = Customer.objects.in_workspace(workspace_id).filter(id__in=part).values_list("id", *STATE)
        states |= {row[0]: [row[1:]] for row in rows}
        consents = ConsentRecord.objects.in_workspace(workspace_id).filter(customer_id__in=part)
        for customer, number in consents.values_list("customer_id", "id"):
            states[customer].append(number)
    return {each: sorted(map(str, state)) for each, state in states.items()}


def _no_rows(workspace_id: int, import_id: int) -> dict[str, ScopedQuerySet[Any]]:
    """Customers are no rows of the file: those it made are marked, what it said of others stays said."""
    return {}


CUSTOMERS = Kind(
    name="customers",
    label=gettext_lazy("Customers"),
    fields=(
        *WHO_FIELDS,
        Field(name="name", type=FieldType.NAME, label=gettext_lazy("Name"), most=200),
        Field(name="first_name", type=FieldType.NAME, label=gettext_lazy("First name"), most=100),
        Field(name="last_name", type=FieldType.NAME, label=gettext_lazy("Last name"), most=100),
        Field(name="language", type=FieldType.LANGUAGE, label=gettext_lazy("Language")),
        Field(name="timezone", type=FieldType.LABEL, label=gettext_lazy("Time zone"), most=60),
        Field(name="segment", type=FieldType.LABEL, label=gettext_lazy("Segment"), most=80),
        Field(name="consent", type=FieldType.FLAG, label=gettext_lazy("Consent to everything")),
        Field(name="consent_email", type=FieldType.FLAG, label=gettext_lazy("Consent to e-mail")),
        Field(name="consent_survey", type=FieldType.FLAG, label=gettext_lazy("Consent to surveys")),
        Field(name="consent_marketing", type=FieldType.FLAG, label=gettext_lazy("Consent to marketing")),
    ),
    needs=(("user_id", "email", "phone"),),
    load=_load_customers,
    rows=_no_rows,
)
