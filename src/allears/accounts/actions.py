"""What people do to workspaces, memberships, links and keys; each change leaves an audit row."""

from allears.accounts.models import User


def choose_language(*, user: User, language: str) -> None:
    """Remember the language in which this person reads the console."""
    user.language = language
    user.save(update_fields=["language"])
