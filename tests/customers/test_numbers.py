"""One telephone number is one customer, however and through whichever door it is written."""

import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from allears.accounts.models import AuditEntry, Workspace
from allears.customers import forgotten
from allears.customers.actions import resolve, undo_merge
from allears.customers.actions.completing import complete_numbers
from allears.customers.keys import IdentityKeys, clean_phone
from allears.customers.models import Customer, Identifier, Merge
from allears.customers.numbers import e164, region_of
from allears.customers.queries import customers
from allears.customers.rights.finding import find_customer
from allears.customers.rules import NOWHERE, Rules, rules_of, set_rules
from allears.jobs import bus
from allears.listen import book
from allears.listen.places.actions import secret_of
from allears.listen.telling import Telling, tell
from allears.outreach.delivery.models import Barred
from allears.outreach.delivery.numbers import complete_barred
from tests import builders
from tests.api.test_touchpoints import client_of
from tests.events.test_consumer import body, consume
from tests.imports.conftest import Importer, importer
from tests.listen.places.test_visits import place
from tests.outreach.delivery.test_sms import gateway
from tests.outreach.delivery.test_sms import inbound as text_message

__all__ = ["importer"]
NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
MOBILE, SHANGHAI = "+8613800138000", "+862165432100"


@pytest.mark.parametrize(
    ("region", "full", "written"),
    [
        ("CN", MOBILE, ["13800138000", "138 0013 8000", "+86 138-0013-8000", "(+86)13800138000", "86-13800138000"]),
        ("CN", MOBILE, ["0086 13800138000", "+0086 13800138000", "13800138000.0", 13800138000, 13800138000.0]),
        (
            "CN",
            MOBILE,
            ["１３８００１３８０００", "＋８６ 138–0013–8000", "\u202a+86 138 0013 8000\u202c", "tel:+8613800138000"],
        ),
        ("CN", MOBILE, ["'13800138000", '="13800138000"', "8613800138000", "138\u00a00013\u00a08000"]),
        (
            "CN",
            SHANGHAI,
            ["(021) 6543-2100", "021-65432100", "+86 (0)21 65432100", "0086 21 6543 2100", "862165432100"],
        ),
        ("CN", f"{SHANGHAI};ext=801", ["(021) 6543-2100 转801", "021-65432100 ext. 801", "021-65432100分机：801"]),
        ("CN", f"{SHANGHAI};ext=801", ["021-65432100x801", "+862165432100;ext=801", "021-65432100#801"]),
        ("CN", "65432100", ["65432100"]),  # without its area it is a number in every town
        ("CN", "95588", ["95588"]),
        ("CN", "+4915112345678", ["4915112345678", "0049 1511 2345678"]),
        ("US", "+14155552671", ["(415) 555-2671", "+1 415.555.2671", "1-415-555-2671", "4155552671", "14155552671"]),
        ("US", MOBILE, ["011 86 138 0013 8000", "8613800138000"]),
        ("GB", "+442079460958", ["020 7946 0958", "+44 (0)20 7946 0958", "0044 20 7946 0958", "442079460958"]),
        ("DE", "+49301234567", ["030/1234567", "+49 (0)30 1234567", "0049301234567"]),
        ("HK", "+85261234567", ["6123 4567", "852-61234567", "00852 61234567"]),
        ("HK", MOBILE, ["13800138000", "001 86 13800138000"]),
        ("AU", "+49301234567", ["0011 49 30 1234567"]),
        ("", MOBILE, ["8613800138000", MOBILE]),
        ("", "13800138000", ["13800138000"]),
        (NOWHERE, "13800138000", ["13800138000"]),
    ],
)
def test_a_number_is_one_however_it_is_written(region: str, full: str, written: list[Any]) -> None:
    assert {each: e164(clean_phone(each), region) for each in written} == dict.fromkeys(written, full)


@pytest.mark.parametrize(
    "given", ["", "12", "+", "1.38E+10", "13800138000/13900139000", "6222021234567890123", True, None, 1e400, " " * 90]
)
def test_what_is_no_number_is_none(given: Any) -> None:
    assert clean_phone(given) == ""


@pytest.mark.parametrize(
    ("zone", "language", "region"),
    [
        ("Asia/Shanghai", "en", "CN"),
        ("PRC", "en", "CN"),
        ("UTC", "zh", "CN"),
        ("Etc/GMT+8", "zh", "CN"),
        ("Europe/Berlin", "zh", "DE"),
        ("Hongkong", "zh", "HK"),
        ("US/Pacific", "en", "US"),
        ("UTC", "en", ""),
    ],
)
def test_a_workspaces_country_is_that_of_its_time_zone_or_else_of_its_language(
    zone: str, language: str, region: str
) -> None:
    assert region_of(zone=zone, language=language) == region


@pytest.fixture
def ours(acme: Workspace) -> Workspace:
    acme.timezone = "Asia/Shanghai"
    acme.save()
    return acme


def test_every_door_finds_the_same_customer(ours: Workspace, importer: Importer, elsewhere: Workspace) -> None:
    identify = {"type": "identify", "anonymousId": "a1", "traits": {"phone": "138 0013 8000", "name": "Li Lei"}}
    consume(body(ours, {"batch": [identify]}))
    (who,) = customers(workspace_id=ours.pk)
    assert (who.name, who.phone) == ("Li Lei", MOBILE)

    importer.load(importer.file("people.csv", "name,phone\nLi Lei,0086 138-0013-8000\nHan,021-65432100\n"), "customers")
    importer.load(importer.file("said.csv", "date,phone,comment\n2026-03-01,13800138000.0,Slow again\n"), "voices")
    entry = book.Entry(
        page=book.STORE, key="b1", kind="complaint", text="Waited an hour", said_at=NOW, phone="（+86）13800138000",
        may_contact=True,
    )  # fmt: skip
    written = book.write_down(workspace_id=ours.pk, entry=entry, now=NOW)
    told = Telling(
        key="t1", text="Broken", source_kind="complaint", channel="web", said_at=NOW, phone="１３８００１３８０００"
    )
    complaint = tell(workspace_id=ours.pk, telling=told, now=NOW)
    assert {written.customer_id, complaint.customer_id} == {who.pk}

    line = place(ours, "line")
    call = json.dumps({"call": "c-1", "phone": "8613800138000", "digits": "9"}).encode()
    sign = hmac.new(secret_of(place=line).encode(), call, hashlib.sha256).hexdigest()
    headers = {"X-AllEars-Signature": f"sha256={sign}"}
    assert Client().post(f"/v1/line/{line.code}", call, content_type="application/json", headers=headers).json()
    setup = gateway(ours, "https://sms.example.test/?to={to}&text={text}")
    assert text_message(setup, "It was fine", **{"from": "13800138000"}) == "heard"

    assert sorted(customers(workspace_id=ours.pk).values_list("phone", flat=True)) == [MOBILE, SHANGHAI]
    api = client_of(ours)
    (found,) = api.get("/api/v1/customers", {"phone": "138-0013-8000"}).json()["items"]
    assert found["key"] == who.key
    assert find_customer(workspace_id=ours.pk, known_by="138 0013 8000").pk == who.pk
    assert text_message(setup, "TD", **{"from": "013800138000"}) == "stopped"
    assert Barred.objects.in_workspace(ours.pk).get().address == MOBILE
    assert Customer.objects.in_workspace(elsewhere.pk).count() == 0


def test_a_stop_of_a_number_nobody_told_us_is_kept_in_full(ours: Workspace) -> None:
    setup = gateway(ours, "https://sms.example.test/?to={to}&text={text}")
    assert text_message(setup, "TD", **{"from": "13800138000"}) == "stopped"
    assert Barred.objects.in_workspace(ours.pk).get().address == MOBILE


def test_two_colleagues_behind_one_switchboard_are_two(ours: Workspace) -> None:
    phones = [clean_phone(each) for each in ("021-65432100转801", "021-65432100 ext 802", "+86 21 65432100 x801")]
    found = resolve(workspace_id=ours.pk, keys=[IdentityKeys(phone=each) for each in phones], now=NOW)
    assert found[0] == found[2] != found[1]


def kept(workspace: Workspace, number: str, *, user_id: str = "", name: str = "") -> Customer:
    """A customer as it was kept before any country completed numbers."""
    made = builders.customer(workspace=workspace, email="", phone=number, name=name)
    Identifier.objects.create(workspace=workspace, kind="phone", value=number, customer=made)
    if user_id:
        Identifier.objects.create(workspace=workspace, kind="user_id", value=user_id, customer=made)
    return made


def test_numbers_kept_without_a_country_are_completed_and_who_was_two_is_one(acme: Workspace) -> None:
    old, new = kept(acme, "13800138000", name="Li Lei"), kept(acme, MOBILE, user_id="u1")
    lone = kept(acme, "13900139000")
    one, other = kept(acme, "13700137000", user_id="u2"), kept(acme, "+8613700137000", user_id="u3")
    Barred.objects.create(workspace=acme, channel="sms", address="13900139000", reason="stop", at=NOW)
    set_rules(workspace_id=acme.pk, rules=Rules(region="CN"), actor_id=None, now=NOW)
    assert complete_numbers(workspace_id=acme.pk, now=NOW) == 3
    complete_barred(workspace_id=acme.pk)

    def who(number: str) -> int:
        return resolve(workspace_id=acme.pk, keys=[IdentityKeys(phone=number)], now=NOW)[0]

    assert who("13800138000") == who(MOBILE) == new.pk
    assert who("13900139000") == lone.pk
    assert who("13700137000") == other.pk  # two known customers stay two
    lone.refresh_from_db()
    assert lone.phone == "+8613900139000"
    assert Barred.objects.in_workspace(acme.pk).get().address == "+8613900139000"
    joined = Merge.objects.in_workspace(acme.pk).get()
    assert (joined.kept_id, joined.merged_id, joined.moved["evidence"]) == (new.pk, old.pk, ["phone", MOBILE])
    new.refresh_from_db()
    assert new.name == "Li Lei"
    entry = AuditEntry.objects.in_workspace(acme.pk).get(verb="customers.numbers.completed")
    assert entry.detail == {"region": "CN", "names": 3, "customers": 3}

    undo_merge(workspace_id=acme.pk, merge_id=joined.pk, now=NOW)
    assert Identifier.objects.in_workspace(acme.pk).get(value="13800138000").customer_id == old.pk
    assert complete_numbers(workspace_id=acme.pk, now=NOW) == 0  # once for one country
    set_rules(workspace_id=acme.pk, rules=Rules(region=NOWHERE), actor_id=None, now=NOW)
    complete_numbers(workspace_id=acme.pk, now=NOW)
    set_rules(workspace_id=acme.pk, rules=Rules(region="CN"), actor_id=None, now=NOW)
    complete_numbers(workspace_id=acme.pk, now=NOW)
    assert Merge.objects.in_workspace(acme.pk).count() == 1  # what was parted by hand stays so
    assert {one.pk, other.pk} <= set(customers(workspace_id=acme.pk).values_list("pk", flat=True))


def test_the_bars_of_text_messages_hear_that_numbers_were_completed() -> None:
    told = bus.subscribers()["customers.numbers_completed"]
    assert told == ["allears.outreach.delivery.numbers.complete_barred"]


def test_who_was_forgotten_under_the_short_number_stays_so_under_the_full_one(
    ours: Workspace, importer: Importer
) -> None:
    forgotten.remember(workspace_id=ours.pk, names=[("phone", "13800138000")], now=NOW)
    done = importer.load(
        importer.file("people.csv", "name,phone\nLi Lei,+86 138 0013 8000\nHan,13900139000\n"), "customers"
    )
    assert (done.rows_good, done.rows_bad) == (1, 1)


def test_the_country_is_shown_and_changed(ours: Workspace) -> None:
    api = client_of(ours)
    rules = api.get("/api/v1/identity").json()
    assert (rules["region"], rules["region_in_force"]) == ("", "CN")
    rules["region"] = "zz"
    del rules["region_in_force"]
    changed = api.put("/api/v1/identity", rules, content_type="application/json").json()
    assert (changed["region"], changed["region_in_force"]) == ("ZZ", "")
    assert rules_of(workspace_id=ours.pk).number("13800138000") == "13800138000"
