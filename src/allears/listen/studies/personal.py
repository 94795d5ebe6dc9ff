"""Who was drawn for which wave is a fact about a person; without the link to them it is a count."""

from django.utils.translation import gettext_noop

from allears.customers.personal import Erase, Harmless, PersonalTable

DECLARED = (
    PersonalTable(
        model="studies.Member",
        customer="customer",
        columns=(),
        erase=Erase.BLANK,
        home="listen.studies",
        label=gettext_noop("Studies"),
    ),
    Harmless(model="studies.Member", columns=("segment", "verdict", "rule"), because="codes, and a group of many"),
    Harmless(
        model="studies.Study",
        columns=("key", "name", "channel", "fallbacks", "segments", "conditions", "quotas"),
        because="the company's own plan",
    ),
    Harmless(model="studies.Wave", columns=("frame",), because="counts by segment"),
)
