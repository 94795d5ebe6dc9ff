"""Before Django reads its settings: a data folder of the run's own, and PostgreSQL when the run asks for it.

`pytest` runs on SQLite; `pytest --pg` starts a PostgreSQL of its own (or uses DATABASE_URL) and runs the tests that
touch the database there.
"""

import os
import shutil
import sys
import tempfile

import pytest

pytest.register_assert_rewrite("tests.support")

# A worker of xdist inherits what its controller chose; any other process chooses here, before settings are read.
if os.environ.get("DJANGO_SETTINGS_MODULE") and "PYTEST_XDIST_WORKER" not in os.environ:
    raise pytest.UsageError("unset DJANGO_SETTINGS_MODULE: the settings would be read before the database is chosen")

os.environ["LC_ALL"] = "C.UTF-8"  # whatever the terminal reads: the commands speak its language
_data: str | None = None
if "ALLEARS_DATA" not in os.environ:
    _data = os.environ["ALLEARS_DATA"] = tempfile.mkdtemp(prefix="allears-tests-")
os.environ["DJANGO_SETTINGS_MODULE"] = "allears.settings"
os.makedirs(os.path.join(os.environ["ALLEARS_DATA"], "static"), exist_ok=True)

from tests.support.postgres import PostgresServer

_postgres: PostgresServer | None = None
if "--pg" in sys.argv and not os.environ.get("DATABASE_URL"):  # workers of xdist inherit the controller's
    # Each test undoes its rows, so a vacuum notes that tables are empty, and a join of a full one takes minutes then.
    _postgres = PostgresServer.started(autovacuum="off")
    os.environ["DATABASE_URL"] = _postgres.create_database("allears")

import django
import hypothesis
from django.conf import settings

if not settings.DATABASE_URL:  # in memory there are no turns to take, and pytest-django knows only Django's backend
    settings.DATABASES["default"]["ENGINE"] = "django.db.backends.sqlite3"
django.setup()
# How fast the machine happens to be is no property of the code; CI tries the same examples each time.
hypothesis.settings.register_profile(
    "house",
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
    derandomize=bool(os.environ.get("CI")),
)
hypothesis.settings.load_profile("house")

pytest_plugins = [
    "tests.support.browser",
    "tests.support.optional",
    "tests.support.postgres",
    "tests.support.receiver",
    "tests.support.server",
    "tests.support.smtp",
    "tests.support.spark",
]
USES_DATABASE = {"db", "transactional_db", "django_db_reset_sequences", "live_server"}
STARTS_POSTGRES = {"postgres_server", "allears_server"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--pg", action="store_true", help="run the tests that use the database, on PostgreSQL")
    parser.addoption("--kills", type=int, default=1, help="how often the durability test kills each process")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL, tests that never touch the database would only run twice; on SQLite some cannot run at all."""
    if settings.DATABASE_URL and not config.getoption("--pg"):
        return
    fits = _uses_database if settings.DATABASE_URL else _runs_on_sqlite
    kept: list[pytest.Item] = []
    left: list[pytest.Item] = []
    for item in items:
        (kept if fits(item) else left).append(item)
    config.hook.pytest_deselected(items=left)
    items[:] = kept


def _runs_on_sqlite(item: pytest.Item) -> bool:
    """Not where the run's own database has to be PostgreSQL; a test may also start one beside it."""
    own = STARTS_POSTGRES & set(getattr(item, "fixturenames", ()))
    return bool(own) or not (item.get_closest_marker("postgres") and _uses_database(item))


def _uses_database(item: pytest.Item) -> bool:
    """Whether it uses the run's own database, the one that ``--pg`` chooses."""
    return bool(item.get_closest_marker("django_db") or USES_DATABASE & set(getattr(item, "fixturenames", ())))


def pytest_unconfigure(config: pytest.Config) -> None:
    if _postgres is not None:
        _postgres.remove()
    if _data is not None:
        shutil.rmtree(_data, ignore_errors=True)
