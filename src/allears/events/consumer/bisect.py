"""One bad event must not stop the line: find it by halving, and keep the others."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from django.db import InterfaceError, OperationalError, transaction

T = TypeVar("T")


def apply_surviving(
    items: Sequence[T],
    apply: Callable[[Sequence[T]], None],
    poisoned: Callable[[T, Exception], None],
    *,
    careful: bool = True,
) -> None:
    """Apply the items, in order, in savepoints; those that cannot be applied go to ``poisoned`` with their error.

    A database that is away or busy is nobody's poison: that error ends the transaction. Not ``careful`` goes without
    savepoints: any error ends the transaction, and the caller begins it again, careful.
    """
    if not items:
        return
    if not careful:
        apply(items)
        return
    try:
        with transaction.atomic():
            apply(items)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:  # noqa: BLE001 - bulkhead: one bad event goes to quarantine with its error
        if len(items) == 1:
            poisoned(items[0], error)
            return
        middle = len(items) // 2
        apply_surviving(items[:middle], apply, poisoned)
        apply_surviving(items[middle:], apply, poisoned)
