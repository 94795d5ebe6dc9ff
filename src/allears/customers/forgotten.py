"""Who was erased and asked not to be brought back: fingerprints under our secret key, from which no name can be read.

Without the installation's secret key a fingerprint cannot even be tried against a list of addresses.
"""

import hashlib
import hmac
from collections.abc import Iterable, Iterator
from datetime import datetime

from django.conf import settings

from allears.customers.keys import PHONE, Name
from allears.customers.models import Forgotten
from allears.customers.numbers import spelt_before


def fingerprint(workspace_id: int, name: Name) -> str:
    """The salted hash of one name, of use in one workspace only."""
    told = f"forgotten:{workspace_id}:{name[0]}:{name[1]}"
    return hmac.new(settings.SECRET_KEY.encode(), told.encode(), hashlib.sha256).hexdigest()


def remember(*, workspace_id: int, names: Iterable[Name], now: datetime) -> None:
    """Keep the fingerprints of these names."""
    Forgotten.objects.bulk_create(
        [Forgotten(workspace_id=workspace_id, kind=n[0], digest=fingerprint(workspace_id, n), at=now) for n in names],
        ignore_conflicts=True,
    )


def any_in(workspace_id: int) -> bool:
    """Whether anybody was ever forgotten here: nearly always not, and then nothing needs to be hashed."""
    return Forgotten.objects.in_workspace(workspace_id).exists()


def forgotten_among(*, workspace_id: int, names: Iterable[Name]) -> set[Name]:
    """Those of these names whose bearer asked not to be brought back."""
    digests = {fingerprint(workspace_id, each): name for name in names for each in _ever(name)}
    wanted, found = list(digests), set()
    for start in range(0, len(wanted), 500):
        rows = Forgotten.objects.in_workspace(workspace_id).filter(digest__in=wanted[start : start + 500])
        found |= {digests[each] for each in rows.values_list("digest", flat=True)}
    return found


def _ever(name: Name) -> Iterator[Name]:
    """The name, and as it was kept when no country completed a telephone number."""
    yield name
    if name[0] == PHONE:
        yield from ((PHONE, each) for each in spelt_before(name[1]))
