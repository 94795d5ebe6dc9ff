"""What to do better about the tone of a text, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

NAMES: Final[Mapping[str, str | Promise]] = {
    "warmth": _("Warmth"),
    "clarity": _("Clarity"),
    "ownership": _("Ownership"),
    "apology": _("Apology"),
    "promise": _("Promise with a date"),
    "answered": _("Questions answered"),
    "name": _("Called by name"),
    "next_step": _("Next step"),
    "personal": _("Written for this customer"),
    "formality": _("Formality"),
}
ADVICE: Final[Mapping[str, str | Promise]] = {
    "warm": _("Say that you understand what it was like for the customer, or thank them for something they did."),
    "cold": _("These words push the customer away. Say what you can do, and give the reason without quoting a rule."),
    "long": _("Cut this sentence in two: one thought in each."),
    "jargon": _("The customer does not use these words. Say it as you would at a counter."),
    "passive": _("Say who does it: “I have sent it”, not “it has been processed”."),
    "own": _("Say “I” or “we” and what you do about it, whoever caused it."),
    "empty_apology": _(
        "“If” and “any inconvenience” take the apology back. Name what went wrong and say sorry for it."
    ),
    "apologise": _("The customer complains, and nothing here says sorry. If it was ours, name it and say so."),
    "deadline": _("Say until when. “As soon as possible” is no promise."),
    "answer": _("Not every question is answered. Answer each, or say when you will."),
    "name": _("Call the customer by name."),
    "next_step": _("Say what happens next, and whether the customer has to do anything."),
    "template": _("These phrases could stand in any letter. Leave them out, or write what is true of this customer."),
    "address": _("The text changes between 您 and 你. Keep to one."),
}
