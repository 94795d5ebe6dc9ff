"""The REST API: one router for each domain, bearer keys, problem details for errors."""

import hashlib
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from django.http import HttpRequest
from ninja import NinjaAPI
from ninja.parser import Parser
from ninja.security import HttpBearer

from allears.accounts.models import AccessKey
from allears.api import problems, routers
from allears.api.idempotency import once
from allears.api.parameters import refuse_unknown, tell_known
from allears.kit import lax


class ApiKey(HttpBearer):
    """A workspace's API key; the request then carries ``request.auth`` = the AccessKey."""

    def authenticate(self, request: HttpRequest, token: str) -> AccessKey | None:
        digest = hashlib.sha256(token.encode()).hexdigest()
        return (
            AccessKey.objects.across_workspaces()  # the key itself says which workspace it opens
            .filter(kind=AccessKey.Kind.API, key_hash=digest, revoked_at__isnull=True)
            .first()
        )


class LaxParser(Parser):
    """Bodies as the other doors read them: what is taken can be stored and told again."""

    def parse_body(self, request: HttpRequest) -> Any:
        return lax.decode(request.body)


api = NinjaAPI(title="All Ears", version="1", urls_namespace="api", auth=ApiKey(), docs_url="/docs", parser=LaxParser())
problems.install(api)
api.add_decorator(tell_known, mode="view")
api.add_decorator(refuse_unknown, mode="operation")
api.add_decorator(once, mode="view")
for _module in sorted(module.name for module in iter_modules(routers.__path__)):
    api.add_router("", import_module(f"allears.api.routers.{_module}").router)
