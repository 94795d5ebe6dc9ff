"""The cast: Alice and Bob work at Acme, Charlie works elsewhere and must never see Acme's data."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.conf import LazySettings
from django.utils import translation

from allears.accounts.models import Membership, Role, User, Workspace
from tests import builders


@dataclass(frozen=True)
class Person:
    """A user with a place in one workspace."""

    user: User
    membership: Membership
    workspace: Workspace


@pytest.fixture(autouse=True)
def quick_passwords(settings: LazySettings) -> None:
    """A real hash takes a quarter of a second for each of the cast."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _no_language_left_over() -> Iterator[None]:
    """A request speaks the language of its reader, and Django leaves it switched on in the test's thread."""
    yield
    translation.deactivate()


@pytest.fixture
def acme(db: None) -> Workspace:
    return builders.workspace(slug="acme")


@pytest.fixture
def elsewhere(db: None) -> Workspace:
    return builders.workspace(slug="elsewhere")


@pytest.fixture
def alice(acme: Workspace) -> Person:
    """Admin of Acme."""
    return Person(*builders.member(workspace=acme, email="alice@acme.test", role=Role.ADMIN), acme)


@pytest.fixture
def bob(acme: Workspace) -> Person:
    """Agent at Acme."""
    return Person(*builders.member(workspace=acme, email="bob@acme.test", role=Role.AGENT), acme)


@pytest.fixture
def charlie(elsewhere: Workspace) -> Person:
    """Admin elsewhere: the outsider."""
    return Person(*builders.member(workspace=elsewhere, email="charlie@elsewhere.test", role=Role.ADMIN), elsewhere)
