"""What stopped an action on a case: what happened, what was kept, what to do."""

from django.utils.translation import gettext as _

from allears.respond import errors
from allears.respond.causes import UnknownCauseError
from allears.web.templatetags.stories import rule_words


def explain(error: errors.CaseError) -> str:
    """For the person at the desk; what they typed is still in the form."""
    match error:
        case errors.OvertakenError():
            return _(
                "Someone acted on this case after you opened it. Nothing of yours was sent or saved; your text is "
                "still below. Read what is new, then decide."
            )
        case errors.NotYoursError():
            return _("This case has another owner. Nothing was changed. Leave a note, or ask them to hand it over.")
        case errors.UnansweredError():
            return _(
                "The customer is still waiting for a word from us. Nothing was changed. Reply first, or log what you "
                "told them in another way."
            )
        case errors.CannotReachError():
            return _cannot_reach(error.rule)
        case errors.MissingWordsError():
            return _missing(error.field)
        case errors.TooLateError():
            return _("This can no longer be taken back: the case has moved on. Nothing was changed.")
        case UnknownCauseError():
            return _("This cause is no longer in use. Nothing was changed. Choose another one.")
        case _:
            return _("The case is in a state that does not allow this. Nothing was changed; look at what is new.")


def _cannot_reach(rule: str) -> str:
    if rule == "no_address":
        return _(
            "We have no e-mail address of this customer, so nothing was sent. Your text is still below. Reach them in "
            "another way and log what you told them."
        )
    return _(
        "The governor does not allow this message (%(rule)s), so nothing was sent. Your text is still below. Reach "
        "them in another way and log what you told them."
    ) % {"rule": rule_words(rule)}


def _missing(field: str) -> str:
    return {
        "text": _("There is nothing written yet. Nothing was sent or saved."),
        "reason": _("Say why, so that the other person understands. Nothing was changed."),
        "cause": _("Choose the cause, so that we can mend it. The case stays open."),
        "name": _("Give it a name. Nothing was saved."),
    }.get(field, _("Something is missing. Nothing was saved."))
