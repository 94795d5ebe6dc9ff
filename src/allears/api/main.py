"""The REST API: one router for each domain, bearer keys, problem details for errors."""

import hashlib
from importlib import import_module
from pkgutil import iter_modules

from django.http import HttpRequest
from ninja import NinjaAPI
from ninja.security import HttpBearer

from allears.accounts.models import AccessKey
from allears.api import problems, routers
from allears.api.idempotency import once


class ApiKey(HttpBearer):
    """A workspace's API key; the request then carries ``request.auth`` = the AccessKey."""

    def authenticate(self, request: HttpRequest, token: str) -> AccessKey | None:
        digest = hashlib.sha256(token.encode()).hexdigest()
        return (
            AccessKey.objects.across_workspaces()  # the key itself says which workspace it opens
            .filter(kind=AccessKey.Kind.API, key_hash=digest, revoked_at__isnull=True)
            .first()
        )


api = NinjaAPI(title="All Ears", version="1", urls_namespace="api", auth=ApiKey(), docs_url="/docs")
problems.install(api)
api.add_decorator(once, mode="view")
for _module in sorted(module.name for module in iter_modules(routers.__path__)):
    api.add_router("", import_module(f"allears.api.routers.{_module}").router)
