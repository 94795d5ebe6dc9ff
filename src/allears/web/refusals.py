"""What a domain refused, beside the label that the form shows: names of stored fields mean nothing to its reader."""

from django import forms
from django.utils.translation import gettext as _

from allears.listen.actions import KeyTakenError, ProbeError
from allears.listen.conditions import ConditionError
from allears.listen.studies.actions import StudyError

SHOWN = {
    "touchpoint_id": "touchpoint",
    "survey_id": "survey",
    "delay_seconds": "delay",
    "expires_after_seconds": "expires_days",
}  # fmt: skip


def told(error: ProbeError | StudyError | ConditionError | KeyTakenError, *, form: forms.Form) -> str:
    """In the reader's language."""
    if isinstance(error, ConditionError):
        return _("Condition %(number)s: %(problem)s") % {"number": error.index + 1, "problem": error.problem}
    if isinstance(error, KeyTakenError):
        return str(error)
    field = form.fields.get(SHOWN.get(error.field, error.field))
    if field is None or not field.label:
        return str(error)
    return _("%(field)s: %(problem)s") % {"field": field.label, "problem": error.problem}
