"""What is done with places: open one, change it, close it, count who came by."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.db.models import F
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from allears.accounts.audit import audit
from allears.journeys.models import Touchpoint
from allears.listen.models import Survey
from allears.listen.places import kiosk, site
from allears.listen.places.models import Place
from allears.listen.sources.sealing import seal, unseal

PIN_TRIES = 5  # in a minute
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # no letter that is taken for another, spoken or printed


class PlaceError(ValueError):
    """A place that cannot be so; ``field`` names what to mend."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(problem)
        self.field = field


class TooManyTriesError(PermissionError):
    """Too many wrong PINs; wait a minute."""


def open_place(
    *,
    workspace_id: int,
    kind: str,
    name: str,
    now: datetime,
    actor_id: int | None,
    survey_id: int | None = None,
    touchpoint_id: int | None = None,
    employee: str = "",
    settings: Mapping[str, Any] | None = None,
    pin: str = "",
) -> Place:
    """A new place with a short code of its own; raises PlaceError."""
    values = _checked(workspace_id, kind, name, survey_id, touchpoint_id, settings or {})
    with transaction.atomic():
        place: Place = Place.objects.create(
            workspace_id=workspace_id,
            kind=kind,
            code="".join(secrets.choice(ALPHABET) for _ in range(8)),
            employee=employee.strip(),
            sealed=seal({"secret": secrets.token_urlsafe(32), **({"pin": _pin(pin)} if pin else {})}),
            created_at=now,
            **values,
        )
        _audit(place, "opened", actor_id)
    return place


def change_place(
    *,
    place: Place,
    actor_id: int | None,
    name: str,
    survey_id: int | None = None,
    touchpoint_id: int | None = None,
    employee: str = "",
    settings: Mapping[str, Any] | None = None,
) -> Place:
    """Change what is asked there; what was answered stays. Raises PlaceError."""
    values = _checked(place.workspace_id, place.kind, name, survey_id, touchpoint_id, settings or {})
    with transaction.atomic():
        for field, value in {**values, "employee": employee.strip()}.items():
            setattr(place, field, value)
        place.save(update_fields=[*values, "employee"])
        _audit(place, "changed", actor_id)
    return place


def _pin(pin: str) -> str:
    if not (pin.isdecimal() and 4 <= len(pin) <= 12):
        raise PlaceError("pin", _("use 4 to 12 digits"))
    return pin


def _checked(
    workspace_id: int,
    kind: str,
    name: str,
    survey_id: int | None,
    touchpoint_id: int | None,
    settings: Mapping[str, Any],
) -> dict[str, Any]:
    if kind not in Place.Kind.values:
        raise PlaceError("kind", _("there are: %(names)s") % {"names": ", ".join(Place.Kind.values)})
    if not name.strip():
        raise PlaceError("name", _("give the place a name"))
    surveys = Survey.objects.in_workspace(workspace_id).filter(archived_at__isnull=True)
    if kind != Place.Kind.SITE and not surveys.filter(id=survey_id).exists():
        raise PlaceError("survey", _("choose the survey that is asked there"))
    touchpoints = Touchpoint.objects.in_workspace(workspace_id)
    if touchpoint_id is not None and not touchpoints.filter(id=touchpoint_id).exists():
        raise PlaceError("touchpoint", _("there is no such touchpoint in this workspace"))
    if kind == Place.Kind.SITE:
        settings = _site_settings(settings, {survey.key for survey in surveys})
    elif kind == Place.Kind.KIOSK:
        settings = _kiosk_settings(settings)
    elif settings:
        raise PlaceError("settings", _("this kind of place has none"))
    return {
        "name": name.strip()[:120],
        "survey_id": survey_id,
        "touchpoint_id": touchpoint_id,
        "settings": dict(settings),
    }


def _site_settings(settings: Mapping[str, Any], known: set[str]) -> dict[str, Any]:
    try:
        found = site.settings_from(settings)
    except site.SiteError as error:
        raise PlaceError(error.field, str(error)) from error
    for trigger in found.triggers:
        if trigger.survey not in known:
            raise PlaceError("survey", _("there is no survey %(key)s") % {"key": trigger.survey})
    return site.as_json(found)


def _kiosk_settings(settings: Mapping[str, Any]) -> dict[str, int]:
    try:
        return kiosk.settings_from(settings)
    except kiosk.KioskError as error:
        raise PlaceError("settings", str(error)) from error


def keep_wechat_code(*, place: Place, app_id: str, url: str, actor_id: int | None) -> None:
    """The lasting code that this official account made for the place says ``url``."""
    with transaction.atomic():
        place.settings = {**place.settings, "wechat": {"app_id": app_id, "url": url}}
        place.save(update_fields=["settings"])
        _audit(place, "given_wechat_code", actor_id)


def close_place(*, place: Place, actor_id: int | None, now: datetime) -> None:
    """Nothing is asked there any more; what was answered stays."""
    with transaction.atomic():
        place.ended_at = now
        place.save(update_fields=["ended_at"])
        _audit(place, "closed", actor_id)


def come_by(*, place: Place, now: datetime) -> None:
    """Somebody looked: a page was opened, a code scanned, a call came in. Not an answer."""
    rows = Place.objects.in_workspace(place.workspace_id).filter(pk=place.pk)
    rows.update(seen=F("seen") + 1, last_seen_at=now)


def is_pin(*, place: Place, pin: str, now: datetime) -> bool:
    """Whether this PIN ends the kiosk's loop; raises TooManyTriesError after a few wrong ones in a minute."""
    name = f"allears.places.pin.{place.pk}.{int(now.timestamp()) // 60}"
    tries = int(cache.get_or_set(name, 0, 120) or 0)
    if tries >= PIN_TRIES:
        raise TooManyTriesError(place.code)
    cache.incr(name)
    kept = unseal(place.sealed).get("pin", "")
    return bool(kept) and constant_time_compare(kept, pin)


def secret_of(*, place: Place) -> str:
    """By which this place's callers and visitors prove themselves."""
    return unseal(place.sealed).get("secret", "")


def _audit(place: Place, verb: str, actor_id: int | None) -> None:
    audit(
        workspace_id=place.workspace_id,
        actor_id=actor_id,
        verb=f"listen.place.{verb}",
        subject=f"place:{place.pk}",
        detail={"kind": place.kind, "name": place.name},
    )
