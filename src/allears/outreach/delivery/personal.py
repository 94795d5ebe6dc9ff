"""Where delivery holds personal data: barred addresses, what peers said of a message, consents."""

from django.utils.translation import gettext_noop

from allears.customers.personal import Erase, Harmless, PersonalTable

DECLARED = (
    PersonalTable(
        model="delivery.Barred",
        columns=("address", "detail"),
        erase=Erase.DELETE,
        home="outreach.delivery",
        label=gettext_noop("Barred addresses"),
    ),
    PersonalTable(
        model="delivery.Report",
        customer="message__customer",
        columns=("detail", "reference"),
        erase=Erase.DELETE,
        home="outreach.delivery",
        label=gettext_noop("Delivery reports"),
    ),
    PersonalTable(
        model="delivery.Credit",
        customer="customer",
        columns=("key",),
        erase=Erase.DELETE,
        home="outreach.delivery",
        label=gettext_noop("Consents for one message"),
    ),
    Harmless(
        model="delivery.ChannelSetup",
        columns=("channel", "settings", "sealed", "token", "currency", "trouble", "cursor"),
        because="what administrators said of a provider; secrets are sealed",
    ),
    Harmless(model="delivery.Minute", columns=("channel", "taken"), because="a code, and seconds with counts"),
    Harmless(model="delivery.Report", columns=("kind",), because="a code"),
    Harmless(model="delivery.Barred", columns=("channel", "reason"), because="codes"),
    Harmless(model="delivery.Credit", columns=("channel", "template"), because="codes"),
)
