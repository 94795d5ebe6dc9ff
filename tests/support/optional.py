"""What may be absent: the real data sets beside the repository. Tests that need them say so when they are not there."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHARED_DATA = Path(os.environ.get("ALLEARS_TEST_DATA") or ROOT.parent / "shared" / "data")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real public data sets (ALLEARS_TEST_DATA, else ../shared/data); left out, saying so, without it."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"the real data sets are not here ({SHARED_DATA}): put them there to run this test")
    return SHARED_DATA
