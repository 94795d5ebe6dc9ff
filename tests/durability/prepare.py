"""Run inside an installation: a workspace where every delivery asks and every bad answer has somebody to own it."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "allears.settings")
django.setup()

from allears.accounts.models import Role, Workspace
from tests import builders

home = Workspace.objects.get(slug="default")
for name in ("alice", "bob"):
    builders.member(workspace=home, email=f"{name}@acme.test", role=Role.AGENT)
builders.open_policy(workspace=home)
builders.probe(workspace=home)
