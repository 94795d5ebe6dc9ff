"""No words of customers stand here: answers are kept by a digest of the masked text, with places instead of words."""

from django.utils.translation import gettext_noop

from allears.customers.personal import Erase, Harmless, PersonalTable

DECLARED = (
    PersonalTable(
        model="plugin.Comparison",
        columns=("sample",),
        erase=Erase.MENTIONS,
        home="understand.plugin",
        label=gettext_noop("Comments of a comparison that is running"),
    ),
    Harmless(
        model="plugin.OutsideModel",
        columns=("base_url", "model", "key", "currency", "trouble"),
        because="what the administrators typed about a service, its sealed key, and what it answered when it failed",
    ),
    Harmless(model="plugin.OutsideChoice", columns=("labels",), because="codes"),
    Harmless(
        model="plugin.Answer",
        columns=("digest", "labels"),
        because="a digest of a masked text, and labels with places in it; no words",
    ),
    Harmless(model="plugin.Spend", columns=("month",), because="a month"),
    Harmless(
        model="plugin.Comparison",
        columns=("model", "figures", "trouble"),
        because="figures by label and the name of a service; the compared texts are gone when it is done",
    ),
)
