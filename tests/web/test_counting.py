"""The web process counts what it answered, at each of its doors."""

import asyncio

import httpx
import pytest
from django.test import override_settings

from allears.kit.meter import Meter
from allears.web import asgi

pytestmark = pytest.mark.django_db(transaction=True)


def test_each_answer_is_counted_by_its_door_and_code(monkeypatch: pytest.MonkeyPatch) -> None:
    meter = Meter()
    meter._path = asgi.meter_folder() / "counted.json"  # begun, and nothing writes it
    monkeypatch.setattr(asgi, "METER", meter)

    async def go() -> list[int]:
        transport = httpx.ASGITransport(app=asgi.application)  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://door") as client:
            calls = [
                await client.post("/v1/track", content=b"{}"),
                await client.options("/v1/track"),
                await client.get("/v1/track"),
                await client.get("/nowhere"),
            ]
        return [call.status_code for call in calls]

    with override_settings(ALLOWED_HOSTS=["*"]):
        assert asyncio.run(go()) == [401, 204, 405, 404]
    asgi.intake.stop()
    counts = meter._counts
    assert {name: counts[name] for name in counts if ".code." in name} == {
        "intake.code.401": 1, "intake.code.204": 1, "intake.code.405": 1, "http.code.4xx": 1,
    }  # fmt: skip
    assert sum(value for name, value in counts.items() if name.startswith("intake.seconds|") and "sum" not in name) == 3
    assert 0 < counts["intake.seconds|sum"] < 60
