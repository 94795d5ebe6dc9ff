"""By which keys a workspace recognises its customers, strongest first, and which of them may join two known people.

``attaches``: who shows up under the key and has no user id yet is taken to be the one who has it. ``merges``: even two
customers with user ids of their own are one when they share it. ``cap``: a key that more known customers than this lay
claim to belongs to several people (a shop's phone, a family's mailbox): from then on it identifies nobody.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

import msgspec
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from allears.accounts.audit import audit
from allears.accounts.models import Workspace
from allears.customers.keys import ANONYMOUS_ID, EMAIL, LONGEST, PHONE, USER_ID, IdentityKeys, Name
from allears.customers.memory import lock_identity, new_epoch
from allears.customers.models import IdentityRules
from allears.customers.numbers import NOWHERE, e164, main_number, region_of

ALIAS = "alias"  # not a key: whether an alias call may join two customers with user ids of their own
MOST_KEYS, LONGEST_KIND, LARGEST_CAP = 20, 20, 1000
LABELS = {
    USER_ID: gettext_noop("User id"),
    "unionid": gettext_noop("WeChat unionid"),
    EMAIL: gettext_noop("E-mail"),
    PHONE: gettext_noop("Phone"),
    "openid": gettext_noop("WeChat openid"),
    ANONYMOUS_ID: gettext_noop("Device or anonymous id"),
    ALIAS: gettext_noop("Alias call"),
}


class RulesError(ValueError):
    """These rules cannot be; the text says why and what to do."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One key."""

    kind: str
    attaches: bool = True
    merges: bool = False
    cap: int = 3

    @property
    def label(self) -> str:
        return _(LABELS[self.kind]) if self.kind in LABELS else self.kind


USUAL = (
    Rule(kind=USER_ID, attaches=True, merges=False, cap=1),
    Rule(kind="unionid", merges=True, cap=5),
    Rule(kind=EMAIL),
    Rule(kind=PHONE),
    Rule(kind="openid"),
    Rule(kind=ANONYMOUS_ID, cap=10),
    Rule(kind=ALIAS, merges=True, cap=20),
)


@dataclass(frozen=True, kw_only=True)
class Rules:
    """The list in force."""

    keys: tuple[Rule, ...] = USUAL
    region: str = ""  # as it was chosen; empty: that of the workspace's time zone and language
    usual_region: str = ""
    by_kind: Mapping[str, Rule] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_kind", {rule.kind: rule for rule in self.keys})

    @cached_property
    def named(self) -> frozenset[str]:
        """Traits that are keys: WeChat's and the company's own."""
        return frozenset(self.by_kind) - {USER_ID, EMAIL, PHONE, ANONYMOUS_ID, ALIAS}

    @cached_property
    def _order(self) -> dict[str, int]:
        return {rule.kind: place for place, rule in enumerate(self.keys)}

    def ordered(self, names: Sequence[Name]) -> list[Name]:
        """The names that count here, strongest first; a user id always comes first."""
        known = [name for name in names if name[0] in self._order]
        return sorted(known, key=lambda name: (name[0] != USER_ID, self._order[name[0]]))

    def normal(self, keys: IdentityKeys) -> IdentityKeys:
        """The same keys with the phone number as the world writes it."""
        return msgspec.structs.replace(keys, phone=self.number(keys.phone)) if keys.phone else keys

    @property
    def region_in_force(self) -> str:
        """The country of numbers that name none; empty: they stay as they are."""
        region = self.region or self.usual_region
        return "" if region == NOWHERE else region

    def number(self, phone: str) -> str:
        """A cleaned number as the world writes it, with its extension."""
        return e164(phone, self.region_in_force)

    def written(self, phone: str) -> str:
        """The number to write to and to ring: in E.164."""
        return main_number(self.number(phone))

    def names_in(self, traits: Mapping[str, Any]) -> tuple[Name, ...]:
        """The named keys that traits carry."""
        if self.named.isdisjoint(traits):
            return ()
        given = ((kind, traits.get(kind)) for kind in self._order if kind in self.named)
        return tuple(
            (kind, text)
            for kind, value in given
            if isinstance(value, str | int) and (text := str(value).strip()) and len(text) <= LONGEST
        )


def rules_of(*, workspace_id: int) -> Rules:
    """The rules in force in a workspace."""
    row = IdentityRules.objects.filter(workspace_id=workspace_id).first()
    keys, region = (tuple(Rule(**each) for each in row.keys), row.region) if row else ((), "")
    return Rules(keys=keys or USUAL, region=region, usual_region=usual_region(workspace_id=workspace_id))


def usual_region(*, workspace_id: int) -> str:
    """The country of phone numbers where nobody chose one."""
    told = Workspace.objects.filter(pk=workspace_id).values_list("timezone", "language").first()
    return region_of(zone=told[0], language=told[1]) if told else ""


def set_rules(*, workspace_id: int, rules: Rules, actor_id: int | None, now: datetime) -> None:
    """Put rules in force from the next call on; what was joined before stays joined. Raises RulesError."""
    _check(rules)
    with transaction.atomic():
        lock_identity(workspace_id=workspace_id)
        stored = {"region": rules.region, "keys": [asdict(rule) for rule in rules.keys], "changed_at": now}
        IdentityRules.objects.update_or_create(workspace_id=workspace_id, defaults=stored)
        new_epoch(workspace_id=workspace_id)
        audit(
            workspace_id=workspace_id,
            actor_id=actor_id,
            verb="customers.identity.changed",
            detail={"keys": [rule.kind for rule in rules.keys], "region": rules.region},
        )


def _check(rules: Rules) -> None:
    kinds = [rule.kind for rule in rules.keys]
    if USER_ID not in kinds:
        raise RulesError(_("The user id cannot be left out: it always means the same customer."))
    if len(set(kinds)) < len(kinds):
        raise RulesError(_("A key stands twice. Leave one of the two out."))
    if len(kinds) > MOST_KEYS:
        raise RulesError(_("At most %(most)s keys are possible.") % {"most": MOST_KEYS})
    for rule in rules.keys:
        if not rule.kind.isidentifier() or len(rule.kind) > LONGEST_KIND:
            raise RulesError(
                _("“%(name)s” cannot be a key: use a trait’s name of letters, digits and _, 20 characters at most.")
                % {"name": rule.kind}
            )
        if not 1 <= rule.cap <= LARGEST_CAP:
            raise RulesError(_("The limit of a key is between 1 and %(most)s customers.") % {"most": LARGEST_CAP})
    if rules.region and rules.region != NOWHERE:
        import phonenumbers

        if rules.region not in phonenumbers.SUPPORTED_REGIONS:
            raise RulesError(_("“%(name)s” is no region. Use two letters, for example CN.") % {"name": rules.region})
