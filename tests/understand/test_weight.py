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
