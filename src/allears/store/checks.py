"""Mistakes in the settings, as system checks: each with an id and what to do."""

from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, register


@register()
def settings_were_read(**_: Any) -> list[CheckMessage]:
    """What could not be understood in the environment."""
    return [Error(says, hint=do, id="allears.E001") for says, do in settings.PROBLEMS]


@register()
def debug_is_off(**_: Any) -> list[CheckMessage]:
    """Debug pages show secrets to whoever meets an error."""
    if settings.DEBUG and settings.PUBLIC_URL.startswith("https://"):
        return [checks.Warning("ALLEARS_DEBUG is on at a public address", hint="leave it out", id="allears.W001")]
    return []
