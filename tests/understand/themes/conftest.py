"""The work that the product does in a process of its own, done here: one test runs that process, others need not."""

import pytest

from allears.science import bursts as science_bursts
from allears.science import matching
from allears.understand.themes import apart, finding


@pytest.fixture
def here(monkeypatch):
    import numpy as np

    monkeypatch.setattr(apart, "find", finding.find)
    monkeypatch.setattr(apart, "assign", finding.assign)
    monkeypatch.setattr(apart, "bursts", science_bursts.bursts)
    monkeypatch.setattr(
        apart, "lineage", lambda shared, like: matching.lineage(np.array(shared), likeness=np.array(like))
    )
