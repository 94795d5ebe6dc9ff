"""Every page's route; each module of ``web.pages`` lists its own."""

from importlib import import_module
from pkgutil import iter_modules

from django.urls import URLPattern, URLResolver, include, path

from allears.web import pages

urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/", include("allauth.account.urls")),
    path("api/v1/", include("allears.api.urls")),
]
for _module in sorted(module.name for module in iter_modules(pages.__path__)):
    urlpatterns += import_module(f"allears.web.pages.{_module}").urlpatterns
