"""Verdicts in plain words: which rule decided, with its figures, in the reader's language."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from allears.kit.numbers import tidy_percent
from allears.outreach.governor import Finding
from allears.outreach.models import Decision

RULES: Mapping[str, Any] = {
    "allowed": gettext_lazy("Allowed"),
    "delay": gettext_lazy("The probe's delay"),
    "quiet_hours": gettext_lazy("Quiet hours"),
    "rest": gettext_lazy("Rest between surveys of a kind"),
    "rest_overall": gettext_lazy("Rest between any two surveys"),
    "own_rest": gettext_lazy("The customer’s own choice"),
    "cap": gettext_lazy("Cap"),
    "open_case": gettext_lazy("Open case"),
    "consent": gettext_lazy("Consent withdrawn"),
    "no_grant": gettext_lazy("No consent given"),
    "no_address": gettext_lazy("No address"),
    "undeliverable": gettext_lazy("Cannot be delivered"),
    "sampled_out": gettext_lazy("Not in the sample"),
    "expired": gettext_lazy("Too late"),
    "hold_out": gettext_lazy("Hold-out group"),
    "overtaken": gettext_lazy("The cause is gone"),
    "absence": gettext_lazy("Waiting for an event"),
    "quota": gettext_lazy("Quota reached"),
    "no_credit": gettext_lazy("No grant left"),
    "outbid": gettext_lazy("A better ask won"),
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
CHANNELS: Mapping[str, Any] = {
    "email": gettext_lazy("E-mail"),
    "sms": gettext_lazy("SMS"),
    "wechat": gettext_lazy("WeChat"),
    "wecom": gettext_lazy("WeCom"),
    "ivr": gettext_lazy("Phone"),
    "in_app": gettext_lazy("In the app"),
    "widget": gettext_lazy("Widget"),
    "qr": gettext_lazy("Printed code"),
    "kiosk": gettext_lazy("Tablet"),
    "api": gettext_lazy("Our own systems"),
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


def reason(decision: Decision, *, names: Mapping[str, str] | None = None) -> str:
    """Why, in one sentence with its figures; ``names`` of probes by their keys."""
    parameters = dict(decision.facts.get("parameters", {}))
    if names and (winner := parameters.get("winner")):
        parameters["winner"] = names.get(winner, winner)
    said = sentence(decision.rule, parameters)
    if came_back := decision.facts.get("instead_of"):
        again = _("The same ask by %(channel)s came back, so the next channel was tried.") % {
            "channel": channel_name(came_back)
        }
        said = _("%(first)s %(second)s") % {"first": said, "second": again}
    return said


def sentence(rule: str, parameters: Mapping[str, Any]) -> str:
    """One rule in plain words with the figures used; its name alone where the figures were erased."""
    say = _SENTENCES.get(rule)
    try:
        said = say(parameters) if say else rule_name(rule)
    except KeyError:
        said = rule_name(rule)
    more = []
    if parameters.get("too_late"):
        more.append(_("That would have been after the ask had expired."))
    if tried := parameters.get("tried"):
        ways = ", ".join(f"{channel_name(each['channel'])} ({rule_name(each['rule'])})" for each in tried)
        more.append(_("Tried before: %(ways)s.") % {"ways": ways})
    for each in more:
        said = _("%(first)s %(second)s") % {"first": said, "second": each}
    return said


def outcome(finding: Finding) -> str:
    """How a rule stood: in the way or not, with its figures where it had any."""
    if finding.parameters:
        return sentence(finding.rule, finding.parameters)
    return _("Not in the way.")


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


def _outbid(parameters: Mapping[str, Any]) -> str:
    if parameters["winner_priority"] > parameters["priority"]:
        said = _("The probe “%(winner)s” goes before by its priority (%(theirs)s against %(ours)s).")
        return said % {
            "winner": parameters["winner"],
            "theirs": parameters["winner_priority"],
            "ours": parameters["priority"],
        }
    said = (
        _("The probe “%(winner)s” won: its answer would teach more (%(theirs)s against %(ours)s).")
        if parameters["won"]
        else _("The probe “%(winner)s” asks this customer soon, and would learn more (%(theirs)s against %(ours)s).")
    )
    return said % {
        "winner": parameters["winner"],
        "theirs": bid_figure(parameters["winner_bid"]),
        "ours": bid_figure(parameters["bid"]),
    }


def bid_figure(bid: float | None) -> str:
    """Expected information in millionths, because the fall of a variance by one answer is small."""
    return "–" if bid is None else formats.number_format(round(bid * 1_000_000, 1))


def channel_name(channel: str) -> str:
    return str(CHANNELS.get(channel, channel))


def _quota(parameters: Mapping[str, Any]) -> str:
    if parameters["cell"]:
        said = _("The quota of the segment “%(cell)s” is reached: %(used)s of %(limit)s were asked.")
    else:
        said = _("The quota is reached: %(used)s of %(limit)s were asked.")
    return said % parameters


_CLOSED: Mapping[str, Any] = {
    "bounce": gettext_lazy("Mail to this address came back: it does not exist."),
    "complaint": gettext_lazy("The receiver called an earlier message spam."),
    "stop": gettext_lazy("The receiver answered STOP."),
    "channel_off": gettext_lazy("The channel is not set up, or paused."),
}

_SENTENCES: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "allowed": lambda given: _("Nothing stood in the way."),
    "delay": lambda given: _("The probe waits until %(moment)s.") % {"moment": _moment(given, "not_before")},
    "quiet_hours": _quiet,
    "rest": _rest,
    "rest_overall": _rest_overall,
    "own_rest": lambda given: (
        _("The customer wants at least %(days)s between two surveys; the last was on %(moment)s.")
        % {"days": _days(given["days"]), "moment": _moment(given, "last_at")}
    ),
    "cap": _cap,
    "open_case": lambda given: _("The customer has an open case; first it is settled, then we ask."),
    "consent": lambda given: (
        _("The customer withdrew consent on %(moment)s.") % {"moment": _moment(given, "withdrawn_at")}
    ),
    "no_grant": lambda given: _("The policy asks for consent, and the customer has given none."),
    "no_address": lambda given: (
        _("There is no address for the channel “%(channel)s”.") % {"channel": given.get("channel", "")}
    ),
    "undeliverable": lambda given: str(_CLOSED.get(given.get("reason", ""), rule_name("undeliverable"))),
    "sampled_out": lambda given: (
        _("The probe asks %(share)s at random, and this ask was not drawn.") % {"share": tidy_percent(given["share"])}
    ),
    "expired": lambda given: _("The ask had expired on %(moment)s.") % {"moment": _moment(given, "expired_at")},
    "hold_out": lambda given: (
        _("The customer belongs to the %(share)s who are never surveyed, so that the effect of asking can be seen.")
        % {"share": tidy_percent(given["share"])}
    ),
    "overtaken": lambda given: _("“%(event)s” happened after all, so there is nothing to ask about.") % given,
    "absence": lambda given: (
        _("Asked only if “%(event)s” has not happened by %(moment)s.")
        % {"event": given["event"], "moment": _moment(given, "not_before")}
    ),
    "quota": _quota,
    "no_credit": lambda given: (
        _("The channel “%(channel)s” takes one grant for each message, and the customer has none left.")
        % {"channel": channel_name(given["channel"])}
    ),
    "outbid": _outbid,
}


def trial(company: str) -> str:
    """What a message that only tries a channel says, in the reader's language."""
    return _("A test message from All Ears for %(company)s. Nothing to do.") % {"company": company}
