"""One message to an address of our own, past the governor, to see whether a channel works."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from allears.customers.keys import clean_email, clean_phone
from allears.customers.rules import rules_of
from allears.outreach import channels
from allears.outreach.channels.base import DeliveryError, Outgoing, SetupError
from allears.outreach.delivery.actions import opened
from allears.outreach.delivery.models import ChannelSetup

LEAST_FIGURES = 8  # of a number with its country: +290 and five


class AddressError(ValueError):
    """An address that this channel can carry nothing to; the text says which it wants."""


@dataclass(frozen=True, kw_only=True)
class _Somebody:
    """Whoever the address may mean: what a channel finds in them is where it would send."""

    email: str
    phone: str
    handles: Mapping[str, str]


def try_out(*, workspace_id: int, channel: str, address: str, language: str, text: str, now: datetime) -> str:
    """Send one message to an address of our own: nobody's customer. What was wrong, or empty. Raises AddressError."""
    address = own_address(workspace_id=workspace_id, channel=channel, given=address)
    setup = ChannelSetup.objects.in_workspace(workspace_id).filter(channel=channel).first()
    if setup is None and channels.capability(channel).needs_setup:
        return _("This channel is not set up yet.")
    try:
        terms = opened(setup=setup)
    except SetupError as error:
        return str(error)
    message = Outgoing(
        id=0,
        address=address,
        name="",
        language=language,
        subject=text,
        text=text,
        html="",
        idempotency_key=f"{workspace_id}:try:{secrets.token_hex(8)}",
        purpose="test",
        setup=terms,
    )
    session, trouble = channels.adapter(channel).session(), ""
    try:
        session.send(message, committing=lambda: None, handed_over=lambda: None)
    except DeliveryError as error:
        trouble = str(error)
    finally:
        session.close()
    if setup is None:
        setup = ChannelSetup(workspace_id=workspace_id, channel=channel, token=secrets.token_urlsafe(24))
    setup.tried_at, setup.trouble = now, trouble[:2000]
    setup.save(update_fields=["tried_at", "trouble"] if setup.pk else None)  # not what calls wrote
    return trouble


def own_address(*, workspace_id: int, channel: str, given: str) -> str:
    """As the channel's messages carry it; raises AddressError where it can be none."""
    capability = channels.capability(channel)
    if capability.present:
        raise AddressError(_("Nothing travels by this channel: the ask waits for the customer's next page."))
    given = given.strip()
    name = "" if any(map(str.isspace, given)) else given
    somebody = _Somebody(
        email=clean_email(given),
        phone=_number(workspace_id, given),
        handles=dict.fromkeys(capability.identifiers, name),
    )
    found = channels.adapter(channel).address(somebody)
    if found:
        return found
    if channel == "email":
        raise AddressError(_("“%(given)s” is not an e-mail address.") % {"given": given[:60]})
    if channel == "sms":
        message = _("“%(given)s” is not a telephone number. Write it with its country, as in +86 138 0013 8000.")
        raise AddressError(message % {"given": given[:60]})
    raise AddressError(_("“%(given)s” cannot be a customer's name on this channel.") % {"given": given[:60]})


def _number(workspace_id: int, given: str) -> str:
    number = rules_of(workspace_id=workspace_id).written(clean_phone(given))
    return "" if number.startswith("+") and len(number) <= LEAST_FIGURES else number
