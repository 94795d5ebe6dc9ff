"""Questions answered in the test's own process, on a lake of its own, where pages would ask over the socket."""

import pytest
from tests.understand.annotators import fake

from allears.understand.service import Service

__all__ = ["fake"]  # a fixture


@pytest.fixture
def in_process(monkeypatch, settings, tmp_path):
    """Pages and API get real answers without the socket between."""
    settings.LAKE_ROOT, settings.RUN_DIR = str(tmp_path / "lake"), tmp_path / "run"
    service = Service()
    for place in ("web.pages.understand", "web.pages.home", "api.routers.scores"):
        monkeypatch.setattr(f"allears.{place}.ask_report", service.report)
    for place in ("web.pages.data", "api.routers.lake"):
        monkeypatch.setattr(f"allears.{place}.ask_lake", service.lake)
    monkeypatch.setattr("allears.api.routers.lake.ask_durations", service.durations)
    return service
