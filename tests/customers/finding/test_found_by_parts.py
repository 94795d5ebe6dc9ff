"""A customer is found by any part of a name, an address or a number, from the moment it is stored until it is gone."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from allears.accounts.models import Workspace
from allears.customers.finding import indexing, searching, storing
from allears.customers.finding.grams import folded, pieces
from allears.customers.finding.searching import like
from allears.customers.models import Customer, CustomerPending, Identifier
from allears.customers.personal import personal_indexes
from allears.jobs import behind

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def by_the_index(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is found for having been here last."""
    monkeypatch.setattr(searching, "NEAR", 0)


def customer(workspace: Workspace, name: str = "", **more: Any) -> Customer:
    made: Customer = Customer.objects.create(workspace=workspace, name=name, **more)
    return made


def found(workspace: Workspace, text: str, limit: int = 50) -> list[str]:
    return [each.name for each in like(workspace_id=workspace.pk, text=text, limit=limit)]


def held() -> list[int]:
    column = "rowid" if connection.vendor == "sqlite" else "customer_id"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM customers_customerwords ORDER BY 1")
        return [number for (number,) in cursor.fetchall()]


@pytest.mark.parametrize(
    ("name", "parts", "not_parts"),
    [
        ("王小明", ("王", "小", "明", "王小", "小明", "王小明"), ("王明", "明王", "小王")),
        ("欧阳", ("欧阳", "阳"), ("阳欧",)),
        ("Zebulon Quixote", ("Quixote", "uixo", "quixote zeb", "z", "te", "on", "N Q"), ("quixotic", "lonq", "zq")),
        ("Anna-Ölmar O'Brien", ("ölm", "ÖLMAR", "anna-öl", "O'Br", "brien anna", "-"), ("annaölmar", "olmar")),
        ("Ａｎｎａ　Ｗ", ("anna", "Ａｎｎ", "nna w"), ("wanna",)),
        ("Li", ("li", "l", "i"), ("il", "lil")),
        ("แดง สมชาย", ("แดง", "สมช"), ("มมม",)),
        ("𰻝记 biáng", ("𰻝", "biáng", "𰻝记"), ("记𰻝",)),
        ("nna ann", ("nna", "ann"), ("anna",)),
        ("a \"b\" 'c' 5%_*", ('"b"', "'c'", "5%", "%_*", "c 5"), ("'d'", "6%")),
    ],
)
@pytest.mark.parametrize("indexed", [True, False])
def test_a_part_of_a_name(
    acme: Workspace, name: str, parts: Sequence[str], not_parts: Sequence[str], indexed: bool
) -> None:
    for each in ("Xxxx Yyyy", "李雷", name):
        customer(acme, each)
    if indexed:
        assert indexing.index_all() == 3
    assert [part for part in parts if found(acme, part) != [name]] == [
        part for part in parts if indexed and not pieces(part)
    ]  # of signs alone the index holds nothing: they are looked for among those seen last
    assert [part for part in not_parts if name in found(acme, part)] == []


def test_parts_of_an_address_and_a_number(acme: Workspace) -> None:
    customer(acme, "one", email="anna.meyer@example.com", phone="+8613800138000")
    customer(acme, "other", email="zhang@firma.de", phone="+493012345678")
    indexing.index_all()
    for text in ("meyer", "a.meyer@exa", "MEYER@EXAMPLE.COM", "8000", "0138", "138 0013 8000", "138-0013-8000", "+86"):
        assert found(acme, text) == ["one"], text
    for text in ("firma", "@firma.de", "5678", "+49 30 12345678", "030", "g@f"):
        assert found(acme, text) == (["other"] if text != "030" else []), text
    assert found(acme, "zhang 5678") == ["other"]
    assert found(acme, "zhang 8000") == []


def test_known_by_exactly_this_comes_first(acme: Workspace) -> None:
    customer(acme, "M-4711", last_seen_at=NOON)
    known = customer(acme, "Sofia", last_seen_at=NOON - timedelta(days=900))
    Identifier.objects.create(workspace=acme, kind="card_of_old", value="M-4711", customer=known)
    Identifier.objects.create(workspace=acme, kind="user_id", value="u-1", customer=known)
    indexing.index_all()
    assert found(acme, "M-4711") == ["Sofia", "M-4711"]
    assert found(acme, "M-4711", limit=1) == ["Sofia"]
    assert found(acme, "u-1") == ["Sofia"]
    assert found(acme, "u-") == []
    assert found(acme, known.key) == ["Sofia"]


def test_those_seen_last_come_first_and_only_so_many(acme: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"Smith {number}" for number in range(9)]
    for number, name in enumerate(names):
        customer(acme, name, last_seen_at=NOON + timedelta(days=number * 7 % 9))
    latest = sorted(names, key=lambda name: int(name[-1]) * 7 % 9, reverse=True)
    for near in (0, 2, 100):
        monkeypatch.setattr(searching, "NEAR", near)
        assert found(acme, "mit", limit=4) == latest[:4]
    indexing.index_all()
    for near, some in ((0, 200), (0, 2), (2, 200), (100, 200)):
        monkeypatch.setattr(searching, "NEAR", near)
        monkeypatch.setattr(searching, "SOME", some)
        assert found(acme, "mit", limit=4) == latest[:4]
    assert found(acme, "mit") == latest


def test_others_are_not_found(acme: Workspace, elsewhere: Workspace) -> None:
    kept = customer(acme, "Anna")
    customer(acme, "Anna again", merged_into=kept)
    customer(elsewhere, "Anna elsewhere")
    for _ in range(2):
        assert found(acme, "anna") == ["Anna"]
        indexing.index_all()


@pytest.mark.parametrize(
    "text", ["", " ", "@", "*", '"', "'", "\\", "a" * 254, "ab cd " * 40, "王" * 254, "AND OR NOT", "(", "-", "😀", "+"]
)
def test_whatever_is_asked_is_answered(acme: Workspace, text: str) -> None:
    customer(acme, "Anna")
    for _ in range(2):
        assert found(acme, text) == []
        indexing.index_all()


def test_who_is_called_nothing_costs_nothing(acme: Workspace) -> None:
    """As the intake makes them, and as it notes that they were here again."""
    nobody = customer(acme)
    named = customer(acme, "Anna")
    indexing.index_all()
    Customer.objects.in_workspace(acme.pk).update(last_seen_at=NOON, attributes={"tier": "gold"})
    assert not CustomerPending.objects.exists()
    assert held() == [named.pk]
    assert nobody.pk not in held()


def test_who_is_gone_is_gone_from_the_index_in_the_same_moment(acme: Workspace) -> None:
    blanked, deleted, waiting = (customer(acme, name, phone="+8613800138000") for name in ("Anna", "Berta", "Clara"))
    indexing.index_all()
    Customer.objects.in_workspace(acme.pk).filter(pk=waiting.pk).update(name="Klara")
    assert held() == [blanked.pk, deleted.pk]
    Customer.objects.in_workspace(acme.pk).filter(pk=blanked.pk).update(name="", phone="")
    deleted.delete()
    waiting.delete()
    assert held() == []
    indexing.index_all()
    assert held() == []
    assert not CustomerPending.objects.exists()
    assert "customers_customerwords" in {index.table for index in personal_indexes()}


def test_no_piece_of_the_erased_stays_in_the_file(acme: Workspace) -> None:
    """Once the index has been written anew, as an erasure does (``rights.sweeping``)."""
    if connection.vendor != "sqlite":
        return  # PostgreSQL's table has no parts of its own: a full vacuum writes it anew
    customer(acme, "Berta")
    gone = customer(acme, "Qvxz")
    indexing.index_all()
    gone.delete()
    [optimize] = [index.sqlite for index in personal_indexes() if index.table == "customers_customerwords"]
    with connection.cursor() as cursor:
        cursor.execute(optimize)
        cursor.execute("SELECT block FROM customers_customerwords_data")
        blocks = b"".join(bytes(block) for (block,) in cursor.fetchall())
    assert b"ber" in blocks
    assert b"qvx" not in blocks


def test_triggers_that_a_migration_dropped_come_back(acme: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    if connection.vendor != "sqlite":
        return  # PostgreSQL changes a table in its place
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER customers_customer_renamed")
    customer(acme, "Anna")
    monkeypatch.setattr(indexing.BEHIND, "looked", False)
    assert indexing.run_once("me") == 1
    assert storing.watches()
    Customer.objects.in_workspace(acme.pk).update(name="Berta")
    assert found(acme, "ber") == ["Berta"]


LETTERS = ("an", "na", "anna", "王", "小明", "明", "q", "-", " ", " ", "8", "138", "Ａ")


class World:
    """Customers to whom everything happens by chance."""

    def __init__(self, workspace: Workspace, seed: int) -> None:
        self.workspace, self.dice = workspace, random.Random(seed)

    def word(self) -> str:
        return "".join(self.dice.choices(LETTERS, k=self.dice.randrange(0, 5)))

    def facts(self) -> dict[str, Any]:
        return {
            "name": self.word(), "email": self.dice.choice(("", f"{self.word()}@x.an")),
            "phone": self.dice.choice(("", "138", "8138")),
            "last_seen_at": NOON + timedelta(seconds=self.dice.randrange(40)),
        }  # fmt: skip

    def live(self, times: int) -> None:
        for _ in range(times):
            rows = Customer.objects.in_workspace(self.workspace.pk)
            some = list(rows.order_by("pk"))
            happens = self.dice.random()
            if happens < 0.4 or len(some) < 3:
                customer(self.workspace, **self.facts())
                continue
            one, other = self.dice.sample(some, 2)
            facts = self.facts()
            if happens < 0.6:
                name = self.dice.choice(list(facts))
                rows.filter(pk=one.pk).update(**{name: facts[name]})
            elif happens < 0.7:
                rows.filter(pk=one.pk).update(**facts)
            elif happens < 0.75:
                rows.filter(pk=one.pk).update(merged_into=other)
            elif happens < 0.8:
                rows.filter(pk=one.pk).update(merged_into=None)
            elif happens < 0.85:
                one.delete()
            else:
                indexing.index_some()


def scanned(workspace: Workspace, text: str) -> list[int]:
    rows = Customer.objects.in_workspace(workspace.pk).filter(merged_into__isnull=True)
    return [
        each.pk
        for each in rows.order_by("-last_seen_at", "-pk")
        if folded(text).split()
        and all(
            any(part in folded(fact) for fact in (each.name, each.email, each.phone)) for part in folded(text).split()
        )
    ]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("indexed", [True, False])
@pytest.mark.parametrize(("near", "some"), [(0, 1), (3, 3)])
def test_the_index_finds_what_a_look_at_everybody_finds(
    acme: Workspace,
    elsewhere: Workspace,
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
    indexed: bool,
    near: int,
    some: int,
) -> None:
    monkeypatch.setattr(behind, "AT_ONCE", 5)
    monkeypatch.setattr(searching, "NEAR", near)
    monkeypatch.setattr(searching, "SOME", some)
    World(elsewhere, seed).live(20)
    world = World(acme, seed)
    world.live(90)
    if indexed:
        indexing.index_all()
    for _ in range(40):
        text = world.word() or "an"
        if not pieces(*text.split()) or not all(pieces(part) for part in text.split()):
            continue
        limit = world.dice.choice((1, 2, 5, 100))
        told = [each.pk for each in like(workspace_id=acme.pk, text=text, limit=limit)]
        assert told == scanned(acme, text)[:limit], text
