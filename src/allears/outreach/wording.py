"""Verdicts in plain words: which rule decided, with its figures, in the reader's language."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from allears.outreach.models import Decision

RULES: Mapping[str, Any] = {
    "allowed": gettext_lazy("Allowed"),
    "delay": gettext_lazy("The probe's delay"),
    "quiet_hours": gettext_lazy("Quiet hours"),
    "rest": gettext_lazy("Rest between surveys of a kind"),
    "rest_overall": gettext_lazy("Rest between any two surveys"),
    "cap": gettext_lazy("Cap"),
    "open_case": gettext_lazy("Open case"),
    "consent": gettext_lazy("Consent withdrawn"),
    "no_grant": gettext_lazy("No consent given"),
    "no_address": gettext_lazy("No address"),
    "sampled_out": gettext_lazy("Not in the sample"),
    "expired": gettext_lazy("Too late"),
}
VERDICTS: Mapping[str, Any] = {
    "sent": pgettext_lazy("verdict", "Asked"),
    "held": pgettext_lazy("verdict", "Held"),
    "never": pgettext_lazy("verdict", "Not asked"),
}
STATES: Mapping[str, Any] = {
    "queued": gettext_lazy("waiting to be sent"),
    "sending": gettext_lazy("on its way"),
    "sent": gettext_lazy("handed to the mail server"),
    "failed": gettext_lazy("refused for good"),
    "cancelled": gettext_lazy("cancelled"),
}
FAMILIES: Mapping[str, Any] = {
    "nps": "NPS",
    "csat": gettext_lazy("Satisfaction (CSAT)"),
    "ces": gettext_lazy("Effort (CES)"),
    "follow_up": gettext_lazy("After a case"),
}
TONES = {"sent": "good", "held": "waiting", "never": "none"}


def family_name(family: str) -> str:
    """A kind of survey; a company's own word stays as it is."""
    return str(FAMILIES.get(family, family))


def rule_name(rule: str) -> str:
    return str(RULES.get(rule, rule))


def verdict_name(decision: Decision) -> str:
    """A service message is sent, a survey is asked."""
    if decision.purpose == "service" and decision.verdict != "held":
        return _("Sent") if decision.verdict == "sent" else _("Not sent")
    return str(VERDICTS[decision.verdict])


def reason(decision: Decision) -> str:
    """Why, in one sentence with its figures."""
    parameters: Mapping[str, Any] = decision.facts.get("parameters", {})
    say = _SENTENCES.get(decision.rule)
    sentence = say(parameters) if say else rule_name(decision.rule)
    if parameters.get("too_late"):
        too_late = _("That would have been after the ask had expired.")
        return _("%(first)s %(second)s") % {"first": sentence, "second": too_late}
    return sentence


def _moment(parameters: Mapping[str, Any], name: str) -> str:
    return formats.date_format(timezone.localtime(datetime.fromisoformat(parameters[name])), "DATETIME_FORMAT")


def _days(number: float) -> str:
    return ngettext("%(number)s day", "%(number)s days", round(number)) % {"number": _tidy(number)}


def _tidy(number: float) -> str:
    return formats.number_format(int(number) if number == int(number) else round(number, 1))


def _cap(parameters: Mapping[str, Any]) -> str:
    sentence = _("No more than %(limit)s within %(days)s, and that many were sent.")
    return sentence % {"limit": parameters["limit"], "days": _days(parameters.get("hours", 0) / 24)}


def _rest(parameters: Mapping[str, Any]) -> str:
    sentence = _("Was asked a survey of the kind “%(family)s” on %(moment)s; these rest for %(days)s.")
    return sentence % {
        "family": family_name(parameters["family"]),
        "moment": _moment(parameters, "last_at"),
        "days": _days(parameters["days"]),
    }


def _rest_overall(parameters: Mapping[str, Any]) -> str:
    sentence = _("Was asked a survey on %(moment)s; between any two lie %(days)s.")
    return sentence % {"moment": _moment(parameters, "last_at"), "days": _days(parameters["days"])}


def _quiet(parameters: Mapping[str, Any]) -> str:
    sentence = _("It is between %(start)s and %(end)s where the customer lives (%(zone)s).")
    return sentence % {name: parameters[name] for name in ("start", "end", "zone")}


_SENTENCES: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "allowed": lambda given: _("Nothing stood in the way."),
    "delay": lambda given: _("The probe waits until %(moment)s.") % {"moment": _moment(given, "not_before")},
    "quiet_hours": _quiet,
    "rest": _rest,
    "rest_overall": _rest_overall,
    "cap": _cap,
    "open_case": lambda given: _("The customer has an open case; first it is settled, then we ask."),
    "consent": lambda given: (
        _("The customer withdrew consent on %(moment)s.") % {"moment": _moment(given, "withdrawn_at")}
    ),
    "no_grant": lambda given: _("The policy asks for consent, and the customer has given none."),
    "no_address": lambda given: (
        _("There is no address for the channel “%(channel)s”.") % {"channel": given.get("channel", "")}
    ),
    "sampled_out": lambda given: (
        _("The probe asks %(share)s %% at random, and this ask was not drawn.")
        % {"share": _tidy(round(given["share"] * 100, 1))}
    ),
    "expired": lambda given: _("The ask had expired on %(moment)s.") % {"moment": _moment(given, "expired_at")},
}
