"""Secrets of channels, sealed with the installation's secret: they can be used, never read."""

import json
from collections.abc import Mapping

from django.utils.translation import gettext as _

from allears.outreach.channels.base import SetupError
from allears.store import sealing

PURPOSE = b"allears.outreach.delivery"


def seal(secret: Mapping[str, str]) -> str:
    """The secret settings as one sealed text; nothing for nothing."""
    told = {name: value for name, value in secret.items() if value}
    return sealing.seal(json.dumps(told), purpose=PURPOSE) if told else ""


def unseal(sealed: str) -> dict[str, str]:
    """The secret settings; raises SetupError when the installation's key is another one now."""
    if not sealed:
        return {}
    try:
        found: dict[str, str] = json.loads(sealing.unseal(sealed, purpose=PURPOSE))
    except sealing.UnreadableSecretError as error:
        raise SetupError(
            "secret", _("the installation's key has changed; enter the channel's secrets again")
        ) from error
    return found
