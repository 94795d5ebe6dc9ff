"""Whatever goes wrong under /api/v1 is told as a problem document."""

from collections import Counter
from collections.abc import Iterator

import pytest
from django.test import Client
from ninja import Schema
from tests.api.test_touchpoints import client_of

from allears.accounts.models import Workspace
from allears.api.main import api as _routers  # noqa: F401 - every shape is known once they are loaded


@pytest.mark.parametrize(
    ("method", "address", "status", "title"),
    [
        ("get", "/api/v1/nothing", 404, "There is no such address"),
        ("post", "/api/v1/events/deep/nothing", 404, "There is no such address"),
        ("get", "/api/v1/", 404, "There is no such address"),
        ("delete", "/api/v1/events", 405, "DELETE is not possible here"),
        ("put", "/api/v1/touchpoints/1", 405, "PUT is not possible here"),
    ],
)
def test_unknown_addresses_and_methods(acme: Workspace, method: str, address: str, status: int, title: str) -> None:
    answer = getattr(client_of(acme), method)(address)
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert (answer.json()["title"], answer.json()["status"]) == (title, status)
    assert ("GET" in answer.headers.get("Allow", "")) == (status == 405)


def test_without_a_key_too(db: None) -> None:
    answer = Client().post("/api/v1/nothing")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")


def test_a_misspelt_filter_is_refused_not_ignored(acme: Workspace) -> None:
    api = client_of(acme)
    answer = api.get("/api/v1/touchpoints", {"stagee": "buy", "limit": 5})
    told = answer.json()
    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
    assert told["title"] == "This address does not know `stagee`"
    assert {"archived", "count", "cursor", "key", "limit", "stage"} <= set(told["known"])
    assert told["errors"] == [{"pointer": "query/stagee", "detail": "Unknown parameter. Did you mean `stage`?"}]


def test_what_takes_no_parameters_says_so_and_does_nothing(acme: Workspace) -> None:
    api, url = client_of(acme), "/api/v1/touchpoints"
    answer = api.post(f"{url}?dry_run=true", {"name": "Order", "key": "order"}, content_type="application/json")
    assert (answer.status_code, answer.json()["known"]) == (422, [])
    assert "takes no query parameters" in answer.json()["detail"]
    assert api.get(url, {"count": "true"}).json()["count"] == 0


def test_a_key_that_is_not_valid_is_told_before_its_parameters(db: None) -> None:
    assert Client().get("/api/v1/touchpoints?stagee=buy").status_code == 401


def test_every_list_knows_what_its_document_says(acme: Workspace) -> None:
    """The names come from where ninja keeps them for itself: this breaks when a new version keeps them elsewhere."""
    api = client_of(acme)
    paths = api.get("/api/v1/openapi.json").json()["paths"]
    for path, methods in paths.items():
        if "{" in path or "get" not in methods:
            continue
        documented = {each["name"] for each in methods["get"].get("parameters", []) if each["in"] == "query"}
        answer = api.get(path, {"no_such_filter": "1"})
        assert answer.status_code == 422, path
        assert answer.json()["known"] == sorted(documented), path


def test_the_document_names_no_two_shapes_alike() -> None:
    """Of two alike the document keeps one, and a client made from it sends the wrong body to the other."""
    known = Counter(each.__name__ for each in set(shapes(Schema)) if each.__module__.startswith("allears.api"))
    assert len(known) > 100
    assert [name for name, times in known.items() if times > 1] == []


def shapes(above: type[Schema]) -> Iterator[type[Schema]]:
    for each in above.__subclasses__():
        yield each
        yield from shapes(each)
