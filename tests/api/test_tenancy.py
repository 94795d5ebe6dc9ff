"""Every address of the API that names an object: the key of another workspace gets 404 and changes nothing."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Model
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.utils import timezone
from tests.conftest import Person
from tests.web.objects import MAKERS, row
from tests.web.test_tenancy import rows_of

from allears.accounts.actions import make_key
from allears.accounts.models import AccessKey
from allears.api.main import api
from allears.customers.models import ClientAccount, Customer
from allears.events.models import QuarantinedRow
from allears.listen.models import Invitation, Response, Survey, SurveyLink, Voice, VoiceFile
from allears.outreach.models import Message
from allears.store.models import ScopedModel
from allears.understand.themes.models import ThemeSelection

DOCUMENT = api.get_openapi_schema()
# The same words lead every key to its own workspace's object, made where there is none.
LEADS_TO_ONES_OWN = ("name", "table")
MAKES_ONES_OWN = {("put", "/api/v1/accounts/{key}")}


def of_the_first(model: type[Model], parent: type[ScopedModel], field: str, **given: Any) -> Callable[[Person], int]:
    """A row below the object that stands before it in the address."""

    def made(alice: Person) -> int:
        above = parent.objects.in_workspace(alice.workspace.pk).first()
        return int(row(model, alice, **{field: above}, **given).pk)

    return made


# By the address's first word and the name in it, where the pages have no maker for it or mean another object.
OWN: dict[str, Callable[[Person], Any]] = {
    "accounts/key": lambda alice: row(ClientAccount, alice).key,
    "channels/name": lambda alice: "email",
    "customers/key": MAKERS["customer_key"],
    "erasures/reference": MAKERS["erasure_reference"],
    "inbound-webhooks/source_id": MAKERS["inbound_id"],
    "invitations/invitation_id": lambda alice: row(Invitation, alice).pk,
    "message_id": lambda alice: row(Message, alice).pk,
    "probes/number": lambda alice: 1,
    "quarantine/row_id": lambda alice: row(QuarantinedRow, alice).pk,
    "responses/response_id": lambda alice: row(Response, alice).pk,
    "studies/number": MAKERS["wave"],
    "surveys/link_id": of_the_first(SurveyLink, Survey, "survey"),
    "theme-selections/selection_id": lambda alice: row(ThemeSelection, alice).pk,
    "voices/file_id": of_the_first(VoiceFile, Voice, "voice", name="lamp.png", type="image/png", content=b"png"),
}


def routes() -> Iterator[tuple[str, str]]:
    for path, methods in DOCUMENT["paths"].items():
        names = [name for name in re.findall(r"\{(\w+)\}", path) if name not in LEADS_TO_ONES_OWN]
        if names:
            yield from ((method, path) for method in methods if (method, path) not in MAKES_ONES_OWN)


def addresses(alice: Person) -> dict[str, str]:
    """Each path with one of Alice's objects for each name in it, the same object wherever the name stands."""
    known: dict[str, Any] = {}
    found = {}
    for path in sorted({path for _method, path in routes()}):
        names = {}
        for name in re.findall(r"\{(\w+)\}", path):
            own = f"{path.split('/')[3]}/{name}"
            at = own if own in OWN else name
            assert at in OWN or at in MAKERS, f"{path}: add a maker for {name} to OWN"
            if at not in known:
                known[at] = (OWN.get(at) or MAKERS[at])(alice)
            names[name] = known[at]
        found[path] = path.format(**names)
    return found


def body_of(method: str, path: str, own: dict[str, Any]) -> dict[str, Any]:
    """What the document calls complete, so that the refusal is about the object and not about the body."""
    content = DOCUMENT["paths"][path][method].get("requestBody", {}).get("content", {})
    if schema := content.get("multipart/form-data", {}).get("schema"):
        files = {name: SimpleUploadedFile("a.csv", b"a,b") for name in sample(schema)}
        return {"data": encode_multipart(BOUNDARY, files), "content_type": MULTIPART_CONTENT}
    told = sample(content["application/json"]["schema"]) if "application/json" in content else {}
    return {
        "data": json.dumps(told | {name: own[name] for name in told if name in own}),
        "content_type": "application/json",
    }


def sample(schema: dict[str, Any]) -> Any:
    """The least that fits."""
    if "$ref" in schema:
        return sample(DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    if options := schema.get("anyOf") or schema.get("allOf"):
        return sample(options[0])
    if "enum" in schema or "const" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    if schema.get("type") == "object":
        wanted = schema.get("required", ())
        return {name: sample(each) for name, each in schema.get("properties", {}).items() if name in wanted}
    if schema.get("format") == "date-time":
        return "2026-11-23T09:00:00Z"
    plain = {"integer": 1, "number": 1.0, "boolean": True, "array": []}
    return plain.get(schema.get("type", ""), "x" * schema.get("minLength", 1))


def test_a_foreign_key_finds_nothing_and_changes_nothing(alice: Person, charlie: Person) -> None:
    _key, secret = make_key(
        workspace=charlie.workspace, kind="api", name="k", actor=charlie.user, now=timezone.now(),
        scopes=(AccessKey.Scope.EXPORT,),
    )  # fmt: skip
    client = Client(headers={"Authorization": f"Bearer {secret}"})  # type: ignore[arg-type]
    own = {"member_id": charlie.membership.pk, "customer_key": row(Customer, charlie).key}
    places = addresses(alice)
    before = rows_of(alice.workspace)
    wrong = {}
    for method, path in routes():
        answer = client.generic(method.upper(), places[path], **body_of(method, path, own))
        if answer.status_code != 404:
            wrong[method, path] = answer.content[:300]
    assert wrong == {}
    assert rows_of(alice.workspace) == before
