"""Whatever goes wrong under /api/v1 is told as a problem document."""

import pytest
from django.test import Client
from tests.api.test_touchpoints import client_of

from allears.accounts.models import Workspace


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
