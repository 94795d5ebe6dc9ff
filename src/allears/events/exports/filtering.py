"""Filters as they are written in links, forms and commands, read into what queries take."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from allears.customers.companies import account_of, people_of
from allears.events.exports.errors import ExportUseError
from allears.events.exports.tables import Filters


def whole(filters: Filters, name: str) -> int | None:
    """A number, or None where the filter is not given."""
    text = filters.get(name, "")
    if not text:
        return None
    if not text.lstrip("-").isdecimal() or len(text) > 18:
        message = _("“%(text)s” is no number for the filter “%(name)s”.")
        raise ExportUseError(f"filters.{name}", message % {"text": text[:40], "name": name})
    return int(text)


def moment(filters: Filters, name: str) -> datetime | None:
    """A time in UTC; a day alone is its midnight, and for ``until`` the whole day counts."""
    text = filters.get(name, "")
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        message = _("“%(text)s” is no time for the filter “%(name)s”. Write it as 2026-11-21 or 2026-11-21T10:05:00Z.")
        raise ExportUseError(f"filters.{name}", message % {"text": text[:40], "name": name}) from error
    if len(text) <= 10 and name == "until":
        found += timedelta(days=1)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def spanned(rows: Any, filters: Filters, field: str) -> Any:
    """Rows from ``since`` on and before ``until``."""
    since, until = moment(filters, "since"), moment(filters, "until")
    if since is not None:
        rows = rows.filter(**{f"{field}__gte": since})
    return rows if until is None else rows.filter(**{f"{field}__lt": until})


def equal(rows: Any, filters: Filters, *names: str) -> Any:
    """Rows that equal the given texts."""
    return rows.filter(**{name: filters[name] for name in names if filters.get(name)})


def of_account(rows: Any, filters: Filters, workspace_id: int, field: str = "customer_id") -> Any:
    """Rows of the people of a client account, which its key names."""
    key = filters.get("account", "")
    if not key:
        return rows
    account = account_of(workspace_id=workspace_id, key=key)
    if account is None:
        raise ExportUseError("filters.account", _("There is no account “%(key)s”.") % {"key": key[:60]})
    return rows.filter(**{f"{field}__in": people_of(account=account)})
