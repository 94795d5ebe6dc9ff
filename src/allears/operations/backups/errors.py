"""What can go wrong, in words."""


class BackupError(RuntimeError):
    """The back-up or restore cannot go on; the text says what happened, what was kept and what to do."""
