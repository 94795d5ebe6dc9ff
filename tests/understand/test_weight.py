"""The web process stays light: what only the analytics process needs is not even imported there."""

import os
import subprocess
import sys

HEAVY = ("scipy", "numpy", "pandas", "pyarrow", "ibis", "duckdb", "deltalake")


def test_pages_and_the_socket_client_load_no_analytics_library():
    code = (
        "import sys, django; django.setup(); import allears.web.urls, allears.understand.pool;"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "allears.settings"}
    ran = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_what_pages_compare_loads_none_either():
    """The list of studies says whether a wave differs from the one before; scipy's solvers took it a second."""
    code = (
        "import sys; from allears.science.differences import difference;"
        "from allears.science.estimate import ScoreCounts;"
        "a = ScoreCounts(n=50, promoters=30, detractors=8, satisfied=41);"
        "b = ScoreCounts(n=40, promoters=12, satisfied=20);"
        "found = [difference(metric, a, b) for metric in ('nps', 'csat')];"
        f"print([each.p_value for each in found], [name for name in {HEAVY!r} if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip().endswith("] []")
    assert "None" not in ran.stdout
