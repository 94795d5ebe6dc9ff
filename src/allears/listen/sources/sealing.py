"""Passwords of sources, sealed with the installation's secret: they can be used, never read."""

import json
from collections.abc import Mapping

from allears.listen.sources.base import SourceTrouble
from allears.store import sealing

PURPOSE = b"allears.listen.sources"


def seal(secret: Mapping[str, str]) -> str:
    """The secret settings as one sealed text; nothing for nothing."""
    return sealing.seal(json.dumps(dict(secret)), purpose=PURPOSE) if secret else ""


def unseal(sealed: str) -> dict[str, str]:
    """The secret settings; raises SourceTrouble when the installation's key is another one now."""
    if not sealed:
        return {}
    try:
        found: dict[str, str] = json.loads(sealing.unseal(sealed, purpose=PURPOSE))
    except sealing.UnreadableSecretError as error:
        raise SourceTrouble("secret", permanent=True) from error
    return found
