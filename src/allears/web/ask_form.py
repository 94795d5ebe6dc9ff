"""What the forms of probes and studies share: which survey is asked by which way, and figures typed by name."""

import json
import math
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from allears.journeys.vocabulary import channel_label
from allears.listen.queries import surveys
from allears.outreach import channels
from allears.web.pages.decisions import tidy
from allears.web.templatetags.surveys import survey_name


class AskForm(forms.Form):
    """Whoever asks customers names a survey, a way to them, and how it stands against other asks.

    The form that adds to it has a field ``fallbacks`` in words of its own.
    """

    survey = forms.ChoiceField(label=gettext_lazy("Ask this survey"))
    channel = forms.ChoiceField(label=gettext_lazy("By"))
    priority = forms.IntegerField(
        min_value=-100,
        max_value=100,
        initial=0,
        required=False,
        label=gettext_lazy("Priority"),
        help_text=gettext_lazy("A higher one goes first, whatever would be learnt."),
    )

    def __init__(self, *args: Any, workspace_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("survey", [(str(each.pk), survey_name(each)) for each in surveys(workspace_id=workspace_id)])
        ways = [(name, channel_label(name)) for name in sorted(channels.adapters())]
        self.offer("channel", ways)
        self.offer("fallbacks", ways)

    def offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        """What a field of choices has to choose from."""
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean_fallbacks(self) -> list[str]:
        chosen: list[str] = self.cleaned_data["fallbacks"]
        return [name for name in chosen if name != self.cleaned_data.get("channel")]


def numbers_by_name(text: str) -> dict[str, float]:
    """A name and a number in each line; a number alone has no name."""
    found = {}
    for line in filter(None, map(str.strip, text.replace("：", " ").replace(":", " ").splitlines())):
        name, _sep, number = line.rpartition(" ")
        try:
            figure = float(number.rstrip("%"))
        except ValueError:
            figure = math.nan
        if not math.isfinite(figure):
            raise forms.ValidationError(_("“%(line)s” does not end with a number.") % {"line": line})
        found[name.strip()] = figure
    return found


def numbers_as_lines(values: Mapping[str, float], scale: float = 1) -> str:
    return "\n".join(f"{name} {tidy(round(number * scale, 2))}".strip() for name, number in values.items())


def typed_value(op: str, text: str) -> Any:
    """What was typed, as JSON sees it: numbers and true/false as such, lists by commas, all else as words."""
    if op == "in":
        return [
            typed_value("=", part.strip())
            for part in text.replace("，", ",").replace("、", ",").split(",")
            if part.strip()
        ]
    if op == "contains":
        return text
    if op == "exists":
        return False if text.lower() in ("no", "false", "0", "否") else None
    try:
        found = json.loads(text)
    except ValueError:
        return text
    plain = isinstance(found, bool | int) or (isinstance(found, float) and math.isfinite(found))
    return found if plain else text


def shown_value(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else json.dumps(value) if isinstance(value, bool) else str(value)
