"""What can stop an action on a case, said so that the reader knows what was kept and what to do."""

from collections.abc import Sequence

from allears.respond.models import CaseEntry


class CaseError(Exception):
    """An action on a case that cannot be done now; nothing was changed."""


class OvertakenError(CaseError):
    """Somebody acted on the case after the reader had loaded it. ``entries`` is what they have not seen."""

    def __init__(self, entries: Sequence[CaseEntry]) -> None:
        super().__init__("the case has changed since it was read")
        self.entries = list(entries)


class NotYoursError(CaseError):
    """The case has an owner, and it is somebody else."""


class WrongStateError(CaseError):
    """The case is not in a state that allows this."""


class UnansweredError(CaseError):
    """Waiting for the customer, or closing, although the customer waits for a word from us."""


class CannotReachError(CaseError):
    """The reply may not or cannot be sent. ``rule`` is the governor's, or ``no_address``."""

    def __init__(self, rule: str) -> None:
        super().__init__(f"the customer cannot be written to: {rule}")
        self.rule = rule


class MissingWordsError(CaseError):
    """A reply, note, reason or cause was left empty. ``field`` says which."""

    def __init__(self, field: str) -> None:
        super().__init__(f"{field} is empty")
        self.field = field


class TooMuchError(CaseError):
    """More messages within an hour on one status page than a person writes."""


class TooLateError(CaseError):
    """An undo after its time, or after somebody else has acted."""
