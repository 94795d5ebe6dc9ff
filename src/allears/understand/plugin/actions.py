"""What administrators do with the outside model: set it, switch it on and off, compare it with ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from allears.accounts.audit import audit
from allears.jobs.queue import enqueue
from allears.jobs.worker import LONG
from allears.kit.lazy import LazyModule
from allears.understand.plugin.models import Comparison, OutsideModel
from allears.understand.plugin.sealing import seal

outbound = LazyModule("allears.kit.outbound")
MOST_ROWS: Final = 500
FEWEST_ROWS: Final = 20
SENTIMENT_WORDS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("positive", "pos", "+1", "1", "正面", "好评", "积极", "满意"), "positive"),
    **dict.fromkeys(("neutral", "neu", "0", "中性", "中评", "一般"), "neutral"),
    **dict.fromkeys(("negative", "neg", "-1", "负面", "差评", "消极", "不满"), "negative"),
}


class OutsideModelError(ValueError):
    """What was asked cannot be done; the text says why and what to do. ``field``: the one at fault."""

    def __init__(self, text: str, *, field: str = "") -> None:
        super().__init__(text)
        self.field = field


def save(
    *,
    workspace_id: int,
    actor_id: int | None,
    now: datetime,
    base_url: str,
    model: str,
    key: str,
    currency: str,
    price_in: Decimal,
    price_out: Decimal,
    monthly_cap: Decimal,
    batch_size: int,
    timeout: int,
) -> OutsideModel:
    """Keep the settings; an empty key leaves the present one, unless the address changed. Does not switch on or off."""
    address = _checked(base_url)
    present = outside_model(workspace_id=workspace_id)
    sealed = seal(key.strip())
    if present and not sealed and urlsplit(present.base_url).netloc == urlsplit(address).netloc:
        sealed = present.key  # never handed to another host
    with transaction.atomic():
        row, _made = OutsideModel.objects.in_workspace(workspace_id).update_or_create(
            workspace_id=workspace_id,
            defaults={
                "base_url": address,
                "model": model.strip(),
                "key": sealed,
                "currency": currency.strip().upper(),
                "price_in": price_in,
                "price_out": price_out,
                "monthly_cap": monthly_cap,
                "batch_size": batch_size,
                "timeout": timeout,
                "changed_at": now,
                "paused_until": None,
                "trouble": "",
                "troubled_at": None,
            },
        )
        told = {"host": urlsplit(address).netloc, "model": row.model, "monthly_cap": str(monthly_cap)}
        audit(workspace_id=workspace_id, actor_id=actor_id, verb="understand.outside_model.changed", detail=told)
    changed: OutsideModel = row
    return changed


def switch(*, workspace_id: int, on: bool, actor_id: int, now: datetime) -> None:
    """On: masked comments may leave the house from now on. Raises OutsideModelError where there is no cap."""
    row = outside_model(workspace_id=workspace_id)
    if row is None:
        raise OutsideModelError(_("Set the address and the model first; nothing was switched on."))
    if on and row.monthly_cap <= 0:
        raise OutsideModelError(_("Set a monthly cap first, so that its cost has an end."), field="monthly_cap")
    with transaction.atomic():
        row.enabled_at, row.enabled_by_id = (now, actor_id) if on else (None, None)
        row.save(update_fields=["enabled_at", "enabled_by"])
        verb = f"understand.outside_model.{'switched_on' if on else 'switched_off'}"
        audit(workspace_id=workspace_id, actor_id=actor_id, verb=verb, detail={"model": row.model})


def outside_model(*, workspace_id: int) -> OutsideModel | None:
    found: OutsideModel | None = OutsideModel.objects.in_workspace(workspace_id).first()
    return found


def ask_comparison(
    *, workspace_id: int, rows: Sequence[tuple[str, str]], actor_id: int | None, now: datetime
) -> Comparison:
    """Compare on these comments with their sentiment, in the background; they are masked before they are kept."""
    from allears.understand.text.masking import mask

    row = outside_model(workspace_id=workspace_id)
    if row is None or row.enabled_at is None:
        raise OutsideModelError(_("Switch the outside model on first; nothing was sent."))
    sample = [
        [mask(text).text, SENTIMENT_WORDS[label.strip().lower()]]
        for text, label in rows
        if text.strip() and label.strip().lower() in SENTIMENT_WORDS
    ][:MOST_ROWS]
    if len(sample) < FEWEST_ROWS:
        says = _("%(count)s comments have a sentiment (positive, neutral, negative); at least %(least)s are needed.")
        raise OutsideModelError(says % {"count": len(sample), "least": FEWEST_ROWS})
    with transaction.atomic():
        made = Comparison(
            workspace_id=workspace_id,
            model=row.model,
            rows=len(sample),
            sample=sample,
            asked_by_id=actor_id,
            asked_at=now,
        )
        made.save()
        enqueue(
            task="allears.understand.plugin.jobs.compare",
            arguments={"workspace_id": workspace_id, "comparison_id": made.pk},
            queue=LONG,
            unique_key=f"plugin.compare:{made.pk}",
            max_attempts=2,
        )
    return made


def comparisons(*, workspace_id: int, most: int = 5) -> list[Comparison]:
    """The latest first."""
    return list(Comparison.objects.in_workspace(workspace_id).select_related("asked_by").order_by("-id")[:most])


def _checked(url: str) -> str:
    """Said at once what would fail at each call; the guard looks again at each connection."""
    parts = outbound.parts_of(url)
    allowed = outbound.parse_allowed(settings.MODEL_ALLOW)
    host = parts.hostname or ""
    if not host or parts.username or parts.fragment or parts.query:
        raise OutsideModelError(_("Write the address of the API, such as https://example.com/v1."), field="base_url")
    if parts.scheme != "https" and not (parts.scheme == "http" and allowed.host(host)):
        says = _("The address must begin with https://, so that nobody can read along.")
        raise OutsideModelError(says, field="base_url")
    try:
        outbound.checked(host, parts.port or 443, allowed)
    except outbound.BlockedAddressError as error:
        says = _("This address lies in a private network. Whoever runs All Ears can allow it with ALLEARS_MODEL_ALLOW.")
        raise OutsideModelError(says, field="base_url") from error
    except (outbound.OutboundError, ValueError) as error:
        says = _("%(host)s cannot be found. Check the address.") % {"host": host}
        raise OutsideModelError(says, field="base_url") from error
    return url.strip().rstrip("/")
