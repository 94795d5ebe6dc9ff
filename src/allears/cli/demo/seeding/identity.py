"""Who is who at Wrenfold: a visitor who turned out to be a customer, a company with its people, a plan that changed,
and somebody who asked to be erased."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from allears.customers.actions import TraitChange, resolve, update_traits
from allears.customers.companies import AccountTold, tell_accounts
from allears.customers.keys import IdentityKeys
from allears.customers.models import Customer
from allears.customers.rights import erase

COMPANY = "wf-hotel-lindenhof"
ROLES = ("Purchasing", "Facility manager", "Reception")
LEAVER = "leaver@wrenfold.test"


def write_identity(*, workspace_id: int, customers: Mapping[int, Customer], now: datetime) -> None:
    """Rows for the pages of identity and accounts, on customers who are there already."""
    known = [customers[number] for number in sorted(customers)[:4]]
    _visitor(workspace_id, known[0], now - timedelta(days=12))
    _company(workspace_id, known[1:], now - timedelta(days=90))
    _plans(workspace_id, known[0], now)


def _visitor(workspace_id: int, customer: Customer, at: datetime) -> None:
    visit = IdentityKeys(anonymous_id="web-4f1c09")
    (visitor,) = resolve(workspace_id=workspace_id, keys=[visit], now=at)
    looked = TraitChange(customer_id=visitor, traits={"first_page": "/sofas"}, at=at)
    update_traits(workspace_id=workspace_id, changes=[looked], now=at)
    signed_in = IdentityKeys(email=customer.email, anonymous_id="web-4f1c09")
    resolve(workspace_id=workspace_id, keys=[signed_in], now=at + timedelta(minutes=9))


def _company(workspace_id: int, people: list[Customer], at: datetime) -> None:
    traits = {"name": "Hotel Lindenhof", "rooms": 84, "city": "Leipzig"}
    told = [
        AccountTold(key=COMPANY, traits=traits, at=at, customer_id=each.pk, role=role)
        for each, role in zip(people, ROLES, strict=False)
    ]
    tell_accounts(workspace_id=workspace_id, told=told, now=at)


def _plans(workspace_id: int, customer: Customer, now: datetime) -> None:
    for plan, days, learnt in (("basic", 150, 150), ("plus", 40, 40), ("trial", 60, 20)):
        told = TraitChange(customer_id=customer.pk, traits={"delivery_plan": plan}, at=now - timedelta(days=days))
        update_traits(workspace_id=workspace_id, changes=[told], now=now - timedelta(days=learnt))


def write_erasure(*, workspace_id: int, now: datetime) -> None:
    """Somebody who asked to be erased, and was: what is left is the certificate. Not inside a transaction."""
    keys = IdentityKeys(email=LEAVER, user_id="leaver-2207")
    (leaver,) = resolve(workspace_id=workspace_id, keys=[keys], now=now - timedelta(days=3))
    told = TraitChange(customer_id=leaver, traits={"name": "Robin Leaver", "city": "Hull"}, at=now - timedelta(days=3))
    update_traits(workspace_id=workspace_id, changes=[told], now=now - timedelta(days=3))
    erase(workspace_id=workspace_id, customer_id=leaver, actor_id=None, via="cli", never_again=True, now=now)
