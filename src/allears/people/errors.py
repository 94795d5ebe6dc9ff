"""What can stop somebody who acts on a voice, said so that the reader knows what was kept and what to do."""


class ListeningError(ValueError):
    """An action that cannot be done; nothing was changed."""


class UnreachableError(ListeningError):
    """The customer cannot be thanked. ``rule`` is the governor's, or ``no_address``."""

    def __init__(self, rule: str) -> None:
        super().__init__(f"the customer cannot be written to: {rule}")
        self.rule = rule
