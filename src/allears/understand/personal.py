"""What was understood of somebody is personal too: shown on request, and emptied when they are erased.

No word of a customer stands in these tables; places in a text, codes and figures do.
"""

from django.utils.translation import gettext_noop

from allears.customers.personal import Erase, Harmless, PersonalTable, typed_by_staff

DECLARED = (
    PersonalTable(
        model="understand.VoiceAnnotation",
        customer="voice__customer",
        columns=("labels", "clauses", "abstained", "found"),
        erase=Erase.BLANK,
        label=gettext_noop("What was understood of voices"),
    ),
    Harmless(
        model="understand.VoiceAnnotation",
        columns=("annotator", "model", "language", "sentiment"),
        because="codes",
    ),
    Harmless(model="understand.VoiceLabel", columns=("code",), because="a code"),
    Harmless(model="understand.Correction", columns=("task", "value"), because="codes"),
    typed_by_staff("understand.TextModel", ("name",), label=gettext_noop("Text models")),
    Harmless(
        model="understand.TextModel",
        columns=("slot", "source", "version", "report", "trouble"),
        because="the company's own names, and figures",
    ),
    Harmless(model="understand.ModelChoice", columns=("slot",), because="a code"),
)
