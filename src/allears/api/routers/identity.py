"""By which keys a workspace takes two visitors for the same person."""

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Router, Schema

from allears.api.listing import workspace_of
from allears.api.problems import ProblemError
from allears.customers.rules import Rule, Rules, RulesError, rules_of, set_rules

router = Router(tags=["customers"])


class KeyRule(Schema):
    """One key; its place in the list is its rank."""

    kind: str = Field(description="user_id, email, phone, unionid, openid, anonymous_id, alias, or a trait of yours")
    attaches: bool = Field(True, description="whether it finds a known customer")
    merges: bool = Field(False, description="whether it joins two customers who both had it")
    cap: int = Field(3, description="with more customers than this it is taken for shared and glues nobody")


class IdentityOut(Schema):
    """The keys in force, the strongest first."""

    keys: list[KeyRule]
    region: str = Field(
        "",
        description="country of phone numbers without a country code, such as CN; empty: that of the workspace's"
        " time zone or language; ZZ: none",
    )


class IdentityInForce(IdentityOut):
    """The same, and the country that counts now."""

    region_in_force: str = Field(description="empty: numbers without a country code stay as they are")


def identity_out(rules: Rules) -> IdentityInForce:
    keys = [KeyRule(kind=each.kind, attaches=each.attaches, merges=each.merges, cap=each.cap) for each in rules.keys]
    return IdentityInForce(keys=keys, region=rules.region, region_in_force=rules.region_in_force)


@router.get("/identity", response=IdentityInForce)
def read_identity(request: HttpRequest) -> IdentityInForce:
    """The keys by which customers are recognised."""
    return identity_out(rules_of(workspace_id=workspace_of(request)))


@router.put("/identity", response=IdentityInForce)
def write_identity(request: HttpRequest, given: IdentityOut) -> IdentityInForce:
    """Other keys from the next call on; who was joined before stays joined."""
    workspace_id = workspace_of(request)
    keys = tuple(Rule(**each.model_dump()) for each in given.keys)
    try:
        set_rules(
            workspace_id=workspace_id,
            rules=Rules(keys=keys, region=given.region.strip().upper()),
            actor_id=None,
            now=timezone.now(),
        )
    except RulesError as error:
        raise ProblemError(status=422, title="These keys cannot be", detail=str(error)) from error
    return identity_out(rules_of(workspace_id=workspace_id))
