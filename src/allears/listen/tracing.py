"""How an answer came: how long it took, on which device, beside which others; judged by listen.screening.

Addresses are never stored: a device and a network are keyed digests, which only say "the same again".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

from django.utils.crypto import salted_hmac

from allears.listen.definition import Definition
from allears.listen.models import Response
from allears.listen.screening import Traces, marks

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
LONGEST = 6 * 3600.0  # seconds on one page that are believed


@dataclass(frozen=True, kw_only=True)
class Visit:
    """What the door knows of whoever answers."""

    address: str = ""
    agent: str = ""
    once: str = ""  # of a shared link's visitor
    seconds: float | None = None  # since the page was first touched, as the page says
    honeypot: bool = False
    webdriver: bool = False
    staff: bool = False
    scripted: bool = False  # the page's script sent it
    hand: str = ""  # what that script saw of a person, see listen.doubting


def trace(response: Response, *, definition: Definition, visit: Visit, finished: bool, now: datetime) -> None:
    """Keep the traces of an answer, and mark it once it is sent off."""
    fields = {"seconds": response.seconds, "device": response.device, "network": response.network}
    if visit.seconds is not None and 0 <= visit.seconds <= LONGEST:
        fields["seconds"] = max(visit.seconds, response.seconds or 0.0)
    if visit.address:
        fields["device"] = device_of(response.workspace_id, visit)
        fields["network"] = _digest(response.workspace_id, "network", _prefix(visit.address))
    for name, value in fields.items():
        setattr(response, name, value)
    early = visit.honeypot or visit.webdriver or visit.staff
    if finished or early:
        found = marks(definition, response.answers, _traces(response, visit, now))
        known = {each["mark"] for each in found}
        response.marks = found + [each for each in response.marks if each["mark"] not in known and each["why"] in STAY]
    response.save(update_fields=[*fields, "marks"])


STAY = ("honeypot", "webdriver", "staff")  # what one submission showed, later ones do not undo


def device_of(workspace_id: int, visit: Visit) -> str:
    """The keyed digest of whoever visits; empty where no address is known."""
    return _digest(workspace_id, "device", f"{visit.address}\0{visit.agent}") if visit.address else ""


def _digest(workspace_id: int, salt: str, text: str) -> str:
    return salted_hmac(f"listen.{salt}.{workspace_id}", text, algorithm="sha256").hexdigest()[:32]


def _prefix(address: str) -> str:
    """The network of an address: /24 of IPv4, /48 of IPv6."""
    try:
        bits = 24 if ip_address(address).version == 4 else 48
        return str(ip_network(f"{address}/{bits}", strict=False))
    except ValueError:
        return address


def _traces(response: Response, visit: Visit, now: datetime) -> Traces:
    others = Response.objects.in_workspace(response.workspace_id).exclude(pk=response.pk)
    on_device = others.filter(device=response.device, started_at__gt=now - DAY) if response.device else others.none()
    version = response.survey_version
    same = on_device.filter(
        survey_version__survey_id=version.survey_id if version else None,
        completed_at__isnull=False,
        customer_id=response.customer_id,
    )
    people = on_device.exclude(customer_id=response.customer_id) if response.customer_id else on_device.none()
    return Traces(
        honeypot=visit.honeypot,
        webdriver=visit.webdriver,
        staff=visit.staff,
        seconds=response.seconds,
        answered=len(response.answers),
        device_customers=people.values("customer_id").distinct().count(),
        device_same_survey=same.count() if response.invitation and response.invitation.link_id else 0,
        network_scores=_network(response, now),
    )


def _network(response: Response, now: datetime) -> Sequence[tuple[str, int]]:
    """Scores given from the same network at the same touchpoint within the hour."""
    if not response.network or response.touchpoint_id is None:
        return ()
    rows = Response.objects.in_workspace(response.workspace_id).filter(
        network=response.network, touchpoint_id=response.touchpoint_id, started_at__gt=now - HOUR, score__isnull=False
    )
    return list(rows.exclude(pk=response.pk).exclude(metric="").values_list("metric", "score")[:500])
