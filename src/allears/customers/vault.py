"""One key for each customer, so that what is sealed with it becomes unreadable at once when the key is shredded.

Back-ups seal personal columns with it: an archive that lies elsewhere need not be rewritten to forget somebody. Keys
stand in a table of their own that no archive may hold; ``export_keys`` and ``import_keys`` carry them in a file beside
the archive. With ``ALLEARS_SECRET`` set they are wrapped by it, in the table and in that file.

Sealed: a version byte, 12 random bytes, then AES-256-GCM of the data, with the customer's id as associated data.
"""

import hmac
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from allears.customers.models import Customer, CustomerKey, WorkspaceKey
from allears.customers.sql import CHUNK
from allears.store.bulk import insert_rows

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES, NONCE_BYTES = 32, 12
PLAIN, WRAPPED, SEALED = b"\x00", b"\x01", b"\x01"
INFO = b"allears customer keys 1"


class ShreddedError(LookupError):
    """The customer's key is gone, and with it whatever was sealed with it. Nothing can bring it back."""


class WrongSecretError(ValueError):
    """The keys were wrapped with another ``ALLEARS_SECRET``; set the one that was in force then."""


def seal(customer_id: int, data: bytes) -> bytes:
    """``data`` as only this customer's key opens it; the key is made at first use.

    Raises:
        Customer.DoesNotExist: no such customer.
    """
    return seal_with(keys_for(customer_ids=[customer_id])[customer_id], customer_id, data)


def open_sealed(customer_id: int, data: bytes) -> bytes:
    """What was sealed. Raises ShreddedError when the key is gone."""
    row = CustomerKey.objects.across_workspaces().filter(customer_id=customer_id).first()
    if row is None:
        raise ShreddedError(f"the key of customer {customer_id} is gone")
    return open_with(_unwrap(bytes(row.key)), customer_id, data)


def shred(*customer_ids: int) -> int:
    """Destroy these customers' keys here; the number destroyed. Files of ``export_keys`` must be rewritten as well."""
    ids = list(customer_ids)
    return sum(
        CustomerKey.objects.across_workspaces().filter(customer_id__in=ids[start : start + CHUNK]).delete()[0]
        for start in range(0, len(ids), CHUNK)
    )


def seal_with(key: bytes, customer_id: int, data: bytes) -> bytes:
    """``seal`` with a key at hand, for many rows."""
    nonce = os.urandom(NONCE_BYTES)
    return SEALED + nonce + _cipher(key).encrypt(nonce, data, _about(customer_id))


def open_with(key: bytes, customer_id: int, data: bytes) -> bytes:
    """``open_sealed`` with a key at hand. Raises ShreddedError when it is not the key this was sealed with."""
    from cryptography.exceptions import InvalidTag

    nonce, body = data[1 : 1 + NONCE_BYTES], data[1 + NONCE_BYTES :]
    try:
        return _cipher(key).decrypt(nonce, body, _about(customer_id))
    except InvalidTag as error:
        raise ShreddedError(f"this was sealed with another key of customer {customer_id}") from error


def key_of_row(key: bytes, name: str) -> bytes:
    """The key of one row of a customer's. Whoever has it cannot tell the customer's key or another row's."""
    return hmac.digest(key, name.encode(), "sha256")


def keys_for(*, customer_ids: Iterable[int]) -> dict[int, bytes]:
    """The keys of these customers, unwrapped; those without one get one."""
    ids = list(dict.fromkeys(customer_ids))
    found: dict[int, bytes] = {}
    for start in range(0, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        with transaction.atomic():
            rows = CustomerKey.objects.across_workspaces().filter(customer_id__in=chunk)
            found |= {row.customer_id: _unwrap(bytes(row.key)) for row in rows}
            found |= _make([each for each in chunk if each not in found])
    return found


def workspace_key(*, workspace_id: int) -> bytes:
    """The key of what belongs to no customer, unwrapped; made at first use."""
    rows = WorkspaceKey.objects.in_workspace(workspace_id).values_list("key", flat=True)
    stored = rows.first()
    if stored is None:
        fresh = WorkspaceKey(workspace_id=workspace_id, key=_wrap(os.urandom(KEY_BYTES)))
        WorkspaceKey.objects.bulk_create([fresh], ignore_conflicts=True)
        stored = rows.get()
    return _unwrap(bytes(stored))


def standing_keys(*, customer_ids: Iterable[int]) -> dict[int, bytes]:
    """The keys that these customers have, unwrapped; nobody is given one."""
    return {each: _unwrap(stored) for each, stored in exported(customer_ids=list(dict.fromkeys(customer_ids)))}


def _make(ids: list[int]) -> dict[int, bytes]:
    if not ids:
        return {}
    homes = dict(Customer.objects.across_workspaces().filter(id__in=ids).values_list("id", "workspace_id"))
    if len(homes) < len(ids):
        raise Customer.DoesNotExist(f"no customers {sorted(set(ids) - set(homes))}")
    keys = {each: os.urandom(KEY_BYTES) for each in ids}
    insert_rows(
        CustomerKey,
        ["workspace_id", "customer_id", "key"],
        [(homes[each], each, _wrap(key)) for each, key in keys.items()],
    )
    return keys


def export_keys() -> Iterator[tuple[int, bytes]]:
    """(customer id, key as stored) of every customer that has one, for the file beside an archive."""
    rows = CustomerKey.objects.across_workspaces().order_by("customer_id").values_list("customer_id", "key")
    for customer_id, key in rows.iterator(chunk_size=2000):
        yield customer_id, bytes(key)


def exported(*, customer_ids: Sequence[int]) -> list[tuple[int, bytes]]:
    """As ``export_keys``, of these customers."""
    found: list[tuple[int, bytes]] = []
    for start in range(0, len(customer_ids), CHUNK):
        rows = CustomerKey.objects.across_workspaces().filter(customer_id__in=customer_ids[start : start + CHUNK])
        found += [(customer_id, bytes(key)) for customer_id, key in rows.values_list("customer_id", "key")]
    return found


def import_keys(keys: Mapping[int, bytes]) -> int:
    """Put exported keys back after a restore; those of customers who do not exist are left out. The number put back."""
    wanted = list(keys)
    stored = 0
    for start in range(0, len(wanted), CHUNK):
        chunk = wanted[start : start + CHUNK]
        homes = Customer.objects.across_workspaces().filter(id__in=chunk).values_list("id", "workspace_id")
        rows = [CustomerKey(workspace_id=home, customer_id=each, key=keys[each]) for each, home in homes]
        stored += len(CustomerKey.objects.bulk_create(rows, ignore_conflicts=True))
    return stored


def unwrap_exported(key: bytes) -> bytes:
    """A key of ``export_keys`` as ``open_with`` takes it. Raises WrongSecretError."""
    return _unwrap(key)


def _wrap(key: bytes) -> bytes:
    secret = _wrapping_key()
    if secret is None:
        return PLAIN + key
    nonce = os.urandom(NONCE_BYTES)
    return WRAPPED + nonce + _cipher(secret).encrypt(nonce, key, INFO)


def _unwrap(stored: bytes) -> bytes:
    if stored[:1] == PLAIN:
        return stored[1:]
    from cryptography.exceptions import InvalidTag

    secret = _wrapping_key()
    if secret is None:
        raise WrongSecretError("these keys are wrapped: set ALLEARS_SECRET to the secret that was in force then")
    try:
        return _cipher(secret).decrypt(stored[1 : 1 + NONCE_BYTES], stored[1 + NONCE_BYTES :], INFO)
    except InvalidTag as error:
        raise WrongSecretError("ALLEARS_SECRET is not the secret that these keys were wrapped with") from error


def _wrapping_key() -> bytes | None:
    if not settings.VAULT_SECRET:
        return None
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=INFO).derive(settings.VAULT_SECRET.encode())


def _cipher(key: bytes) -> "AESGCM":
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(key)


def _about(customer_id: int) -> bytes:
    return b"customer:%d" % customer_id
