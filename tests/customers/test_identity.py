"""Who is who: the rules of recognising, joining and parting customers."""

from datetime import UTC, datetime

import pytest

from allears.accounts.models import Workspace
from allears.customers import forgotten
from allears.customers.actions import merge, resolve, undo_merge
from allears.customers.actions.merging import MergeError
from allears.customers.keys import IdentityKeys, clean_email, clean_phone
from allears.customers.memory import Memory
from allears.customers.models import ConsentRecord, Customer, Identifier, Merge
from allears.customers.queries import customers, family, present
from allears.customers.rules import USUAL, Rule, Rules, RulesError, set_rules
from tests import builders

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)


def who(workspace: Workspace, *keys: IdentityKeys, memory: Memory | None = None) -> list[int]:
    return resolve(workspace_id=workspace.id, keys=keys, now=NOW, memory=memory)


def test_one_user_id_is_one_customer_within_a_call_and_between_calls(acme: Workspace) -> None:
    first = who(acme, IdentityKeys(user_id="u1"), IdentityKeys(user_id="u2"), IdentityKeys(user_id="u1"))
    assert first[0] == first[2] != first[1]
    assert who(acme, IdentityKeys(user_id="u2"), IdentityKeys(user_id="u1")) == [first[1], first[0]]
    assert Customer.objects.in_workspace(acme.id).count() == 2


def test_the_same_id_in_two_workspaces_is_two_customers(acme: Workspace, elsewhere: Workspace) -> None:
    (here,) = who(acme, IdentityKeys(user_id="u1"))
    (there,) = who(elsewhere, IdentityKeys(user_id="u1"))
    assert here != there
    assert list(Customer.objects.in_workspace(acme.id).values_list("id", flat=True)) == [here]


def test_a_visitor_who_signs_in_becomes_the_user(acme: Workspace) -> None:
    (visitor,) = who(acme, IdentityKeys(anonymous_id="a1"))
    (user,) = who(acme, IdentityKeys(user_id="u1"))
    assert who(acme, IdentityKeys(user_id="u1", anonymous_id="a1")) == [user]
    assert who(acme, IdentityKeys(anonymous_id="a1")) == [user]
    assert family(workspace_id=acme.id, customer_id=user) == [user, visitor]
    assert list(customers(workspace_id=acme.id).values_list("id", flat=True)) == [user]


def test_a_new_user_id_takes_over_the_visitor_it_came_with(acme: Workspace) -> None:
    (visitor,) = who(acme, IdentityKeys(anonymous_id="a1"))
    assert who(acme, IdentityKeys(user_id="u1", anonymous_id="a1")) == [visitor]
    assert Merge.objects.in_workspace(acme.id).count() == 0


def test_two_users_on_one_device_stay_two(acme: Workspace) -> None:
    first, second = who(
        acme, IdentityKeys(user_id="u1", anonymous_id="shared"), IdentityKeys(user_id="u2", anonymous_id="shared")
    )
    assert first != second
    assert who(acme, IdentityKeys(anonymous_id="shared")) == [first]
    assert Merge.objects.in_workspace(acme.id).count() == 0


def test_a_user_is_recognised_by_an_address_imported_before(acme: Workspace) -> None:
    (imported,) = who(acme, IdentityKeys(email="zoe@example.test"))
    assert who(acme, IdentityKeys(user_id="u1", email="zoe@example.test")) == [imported]
    assert who(acme, IdentityKeys(user_id="u2", email="zoe@example.test")) != [imported]


def test_visitor_and_user_of_one_call_are_joined_before_they_are_stored(acme: Workspace) -> None:
    found = who(
        acme,
        IdentityKeys(anonymous_id="a1"),
        IdentityKeys(user_id="u1"),
        IdentityKeys(user_id="u1", anonymous_id="a1"),
    )
    assert len(set(found)) == 1
    assert Customer.objects.in_workspace(acme.id).count() == 1
    assert Identifier.objects.in_workspace(acme.id).count() == 2


def test_alias_joins_two_users_because_it_says_so(acme: Workspace) -> None:
    old, new = who(acme, IdentityKeys(user_id="old"), IdentityKeys(user_id="new"))
    assert who(acme, IdentityKeys(user_id="new", previous_id="old")) == [new]
    assert who(acme, IdentityKeys(user_id="old")) == [new]
    assert family(workspace_id=acme.id, customer_id=new) == [new, old]


def test_alias_of_an_unknown_id_names_a_visitor(acme: Workspace) -> None:
    (user,) = who(acme, IdentityKeys(user_id="u1", previous_id="a9"))
    assert who(acme, IdentityKeys(anonymous_id="a9")) == [user]


def test_a_merge_by_hand_can_be_undone_exactly(acme: Workspace) -> None:
    kept, merged = who(acme, IdentityKeys(user_id="u1"), IdentityKeys(user_id="u2"))
    Customer.objects.in_workspace(acme.id).filter(id=kept).update(name="Zoe", attributes={"plan": "pro"})
    Customer.objects.in_workspace(acme.id).filter(id=merged).update(
        email="z@example.test", attributes={"plan": "free", "city": "Lyon"}
    )
    row = merge(workspace_id=acme.id, kept_id=kept, merged_id=merged, reason="same person", now=NOW)
    one = Customer.objects.in_workspace(acme.id).get(id=kept)
    assert (one.name, one.email, one.attributes) == ("Zoe", "z@example.test", {"plan": "pro", "city": "Lyon"})
    assert who(acme, IdentityKeys(user_id="u2")) == [kept]

    undo_merge(workspace_id=acme.id, merge_id=row.id, now=NOW)
    one = Customer.objects.in_workspace(acme.id).get(id=kept)
    assert (one.name, one.email, one.attributes) == ("Zoe", "", {"plan": "pro"})
    assert who(acme, IdentityKeys(user_id="u2"), IdentityKeys(user_id="u1")) == [merged, kept]
    with pytest.raises(MergeError, match="undone already"):
        undo_merge(workspace_id=acme.id, merge_id=row.id, now=NOW)


def test_what_is_remembered_gives_way_to_a_merge_made_elsewhere(acme: Workspace) -> None:
    memory = Memory()
    kept, merged = who(acme, IdentityKeys(user_id="u1"), IdentityKeys(user_id="u2"), memory=memory)
    memory.keep()
    assert memory.known == {("user_id", "u1"): kept, ("user_id", "u2"): merged}
    merge(workspace_id=acme.id, kept_id=kept, merged_id=merged, reason="same person", now=NOW)
    assert who(acme, IdentityKeys(user_id="u2"), memory=memory) == [kept]


def test_a_merged_customer_is_found_under_the_one_it_became(acme: Workspace, elsewhere: Workspace) -> None:
    kept, merged = who(acme, IdentityKeys(user_id="u1"), IdentityKeys(user_id="u2"))
    key = Customer.objects.in_workspace(acme.id).get(id=merged).key
    merge(workspace_id=acme.id, kept_id=kept, merged_id=merged, reason="same person", now=NOW)
    found = present(workspace_id=acme.id, key=key)
    assert found is not None
    assert found.id == kept
    assert present(workspace_id=elsewhere.id, key=key) is None


def test_nobody_merges_across_workspaces(acme: Workspace, elsewhere: Workspace) -> None:
    mine, theirs = builders.customer(workspace=acme), builders.customer(workspace=elsewhere)
    with pytest.raises(MergeError, match="does not exist"):
        merge(workspace_id=acme.id, kept_id=mine.id, merged_id=theirs.id, reason="mistake", now=NOW)
    assert Merge.objects.across_workspaces().count() == 0


@pytest.mark.parametrize(
    ("given", "kept"),
    [(" Zoe@Example.TEST ", "zoe@example.test"), ("zoe", ""), ("a b@x.y", ""), ("@x.y", ""), (None, ""), (7, "")],
)
def test_addresses_are_compared_without_case_and_only_when_they_are_some(given: object, kept: str) -> None:
    assert clean_email(given) == kept


@pytest.mark.parametrize(
    ("given", "kept"), [("+86 138-0013 8000", "+8613800138000"), ("0049 30 1234", "+49301234"), ("12", ""), ([], "")]
)
def test_phone_numbers_lose_their_spaces(given: object, kept: str) -> None:
    assert clean_phone(given) == kept


def named(*, user_id: str = "", **keys: str) -> IdentityKeys:
    known = {name: keys.pop(name, "") for name in ("email", "phone", "anonymous_id")}
    return IdentityKeys(user_id=user_id, others=tuple(keys.items()), **known)


def test_a_key_of_the_companys_own_recognises_and_joins_as_far_as_it_is_trusted(acme: Workspace) -> None:
    first, second = who(acme, named(user_id="u1", card="77"), named(user_id="u2", card="77"))
    assert first != second  # a key that is no rule of the workspace says nothing
    card = Rule(kind="card", merges=True, cap=2)
    set_rules(workspace_id=acme.id, rules=Rules(keys=(*USUAL, card)), actor_id=None, now=NOW)
    assert who(acme, named(card="88"), named(user_id="u3", card="88"))[1] == who(acme, named(card="88"))[0]
    third, fourth = who(acme, named(user_id="u3", card="99"), named(user_id="u4"))
    assert third != fourth
    assert who(acme, named(user_id="u4", card="99")) == who(acme, named(user_id="u3")) == [fourth]
    joined = Merge.objects.in_workspace(acme.id).get()
    assert (joined.kept_id, joined.merged_id, joined.reason) == (fourth, third, "same card")
    assert joined.moved["evidence"] == ["card", "99"]


def test_a_shops_mailbox_glues_no_strangers(acme: Workspace) -> None:
    shop = "shop@example.test"
    users = [who(acme, named(user_id=f"u{n}", email=shop))[0] for n in range(6)]
    assert len(set(users)) == 6
    row = Identifier.objects.in_workspace(acme.id).get(kind="email", value=shop)
    assert row.shared_at == NOW
    assert row.customer_id not in users
    assert who(acme, named(email=shop), named(email=shop)) == [row.customer_id] * 2
    assert who(acme, named(user_id="u1", email=shop)) == [users[1]]
    (stranger,) = who(acme, named(anonymous_id="a", email=shop))
    assert stranger not in {*users, row.customer_id}
    assert Merge.objects.in_workspace(acme.id).count() == 0


def test_a_family_of_two_keeps_its_phone(acme: Workspace) -> None:
    mother, child = who(acme, named(user_id="u1", phone="+8613800138000"), named(user_id="u2", phone="+8613800138000"))
    who(acme, named(user_id="u2", phone="+8613800138000"))
    assert mother != child
    assert Identifier.objects.in_workspace(acme.id).get(kind="phone").shared_at is None
    assert who(acme, named(phone="+8613800138000")) == [mother]


def test_phone_numbers_are_one_however_they_are_written(acme: Workspace) -> None:
    set_rules(workspace_id=acme.id, rules=Rules(region="CN"), actor_id=None, now=NOW)
    numbers = ["13800138000", "+86 138 0013 8000", "008613800138000"]
    assert len(set(who(acme, *(named(phone=clean_phone(number)) for number in numbers)))) == 1
    assert Identifier.objects.in_workspace(acme.id).get().value == "+8613800138000"


def test_what_was_parted_by_hand_is_not_joined_again_by_a_key(acme: Workspace) -> None:
    (visitor,) = who(acme, named(anonymous_id="a1"))
    who(acme, named(user_id="u1"))
    (user,) = who(acme, named(user_id="u1", anonymous_id="a1"))
    undo_merge(workspace_id=acme.id, merge_id=Merge.objects.in_workspace(acme.id).get().id, now=NOW)
    assert who(acme, named(user_id="u1", anonymous_id="a1")) == [user]
    assert who(acme, named(anonymous_id="a1")) == [visitor]
    assert Merge.objects.in_workspace(acme.id).count() == 1


def test_an_alias_that_takes_in_the_whole_town_is_stopped(acme: Workspace) -> None:
    rules = Rules(keys=tuple(Rule(kind="alias", merges=True, cap=2) if r.kind == "alias" else r for r in USUAL))
    set_rules(workspace_id=acme.id, rules=rules, actor_id=None, now=NOW)
    (u0, *others) = who(acme, *(named(user_id=f"u{n}") for n in range(5)))
    for n in range(1, 5):
        who(acme, IdentityKeys(user_id="u0", previous_id=f"u{n}"))
    assert who(acme, *(named(user_id=f"u{n}") for n in range(1, 5))) == [u0, u0, *others[2:]]


def test_who_asked_to_stay_away_is_served_but_never_contacted(acme: Workspace) -> None:
    forgotten.remember(workspace_id=acme.id, names=[("email", "zoe@example.test")], now=NOW)
    (zoe, max_) = who(acme, named(email="zoe@example.test"), named(email="max@example.test"))
    said = ConsentRecord.objects.in_workspace(acme.id).values_list("customer_id", "channel", "purpose", "granted")
    assert list(said) == [(zoe, "*", "*", False)]
    assert max_ != zoe


def test_rules_that_cannot_be_are_refused(acme: Workspace) -> None:
    for wrong in (
        Rules(keys=USUAL[1:]),
        Rules(keys=(*USUAL, USUAL[1])),
        Rules(keys=(*USUAL, Rule(kind="two words"))),
        Rules(keys=(*USUAL, Rule(kind="card", cap=0))),
        Rules(region="XX"),
    ):
        with pytest.raises(RulesError):
            set_rules(workspace_id=acme.id, rules=wrong, actor_id=None, now=NOW)


def test_undoing_gives_everything_back_exactly(acme: Workspace) -> None:
    (visitor,) = who(acme, named(anonymous_id="a1", email="v@example.test"))
    (user,) = who(acme, named(user_id="u1"))
    Customer.objects.in_workspace(acme.id).filter(id=visitor).update(
        name="Vera", attributes={"plan": "free", "city": "Xi'an"}, first_seen_at=datetime(2020, 1, 1, tzinfo=UTC)
    )
    Customer.objects.in_workspace(acme.id).filter(id=user).update(attributes={"plan": "gold"})
    ConsentRecord.objects.create(workspace=acme, customer_id=visitor, channel="email", purpose="*", granted=True)
    columns = ("id", "name", "email", "attributes", "first_seen_at", "merged_into_id")

    def everything() -> list[object]:
        rows = Customer.objects.in_workspace(acme.id).order_by("id").values_list(*columns)
        known = Identifier.objects.in_workspace(acme.id).order_by("id").values_list("value", "customer_id")
        said = ConsentRecord.objects.in_workspace(acme.id).order_by("id").values_list("channel", "customer_id")
        return [*rows, *known, *said]

    before = everything()
    row = merge(workspace_id=acme.id, kept_id=user, merged_id=visitor, reason="by hand", now=NOW)
    assert everything() != before
    undo_merge(workspace_id=acme.id, merge_id=row.id, now=NOW)
    assert everything() == before


def test_undoing_reaches_what_was_merged_further(acme: Workspace) -> None:
    a, b, c = who(acme, *(named(user_id=user) for user in "abc"))
    told = {a: ("a@example.test", "Ann", 2019), b: ("", "", 2021), c: ("", "Cleo", 2022)}
    for one, (email, name, year) in told.items():
        Customer.objects.in_workspace(acme.id).filter(id=one).update(
            email=email, name=name, attributes={f"only_{one}": 1}, first_seen_at=datetime(year, 1, 1, tzinfo=UTC)
        )
    ConsentRecord.objects.create(workspace=acme, customer_id=a, channel="email", purpose="*", granted=True)
    first = merge(workspace_id=acme.id, kept_id=b, merged_id=a, reason="by hand", now=NOW)
    second = merge(workspace_id=acme.id, kept_id=c, merged_id=b, reason="by hand", now=NOW)

    undo_merge(workspace_id=acme.id, merge_id=first.id, now=NOW)
    assert who(acme, *(named(user_id=user) for user in "abc")) == [a, c, c]
    assert ConsentRecord.objects.in_workspace(acme.id).get().customer_id == a
    one = Customer.objects.in_workspace(acme.id).get(id=c)
    assert (one.name, one.email, one.attributes) == ("Cleo", "", {f"only_{b}": 1, f"only_{c}": 1})
    assert one.first_seen_at.year == 2021

    undo_merge(workspace_id=acme.id, merge_id=second.id, now=NOW)
    assert who(acme, *(named(user_id=user) for user in "abc")) == [a, b, c]
    rows = Customer.objects.in_workspace(acme.id).values_list("id", "email", "name", "first_seen_at__year")
    assert {row: (email, name, year) for row, email, name, year in rows} == told
    attributes = Customer.objects.in_workspace(acme.id).values_list("id", "attributes")
    assert dict(attributes) == {each: {f"only_{each}": 1} for each in (a, b, c)}


def test_undoing_one_of_two_merges_keeps_what_the_other_brought(acme: Workspace) -> None:
    kept, first, second = who(acme, *(named(user_id=user) for user in "kfs"))
    for one, year in ((kept, 2022), (first, 2020), (second, 2019)):
        Customer.objects.in_workspace(acme.id).filter(id=one).update(first_seen_at=datetime(year, 1, 1, tzinfo=UTC))
    row = merge(workspace_id=acme.id, kept_id=kept, merged_id=first, reason="by hand", now=NOW)
    merge(workspace_id=acme.id, kept_id=kept, merged_id=second, reason="by hand", now=NOW)
    undo_merge(workspace_id=acme.id, merge_id=row.id, now=NOW)
    assert Customer.objects.in_workspace(acme.id).get(id=kept).first_seen_at.year == 2019
