"""Who was drawn for which wave is a fact about a person; without the link to them it is a count."""

from django.utils.translation import gettext_noop

from allears.customers.personal import Erase, Harmless, PersonalTable, Rules, typed_by_staff

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
    typed_by_staff("studies.Study", ("name",), label=gettext_noop("Studies"), home="listen.studies"),
    Rules(
        model="studies.Study", columns=("conditions", "quotas"), label=gettext_noop("Studies"), home="listen.studies"
    ),
    Harmless(
        model="studies.Study",
        columns=("key", "channel", "fallbacks", "segments", "conditions", "quotas"),
        because="the company's own plan",
    ),
    Harmless(model="studies.Wave", columns=("frame",), because="counts by segment"),
)
