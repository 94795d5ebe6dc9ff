"""What a key may do beyond what every API key may."""

from django.http import HttpRequest

from allears.accounts.models import AccessKey
from allears.api.problems import ProblemError


def may_export(request: HttpRequest) -> bool:
    """Whether the request's key takes people's data out as files."""
    key: AccessKey = request.auth  # type: ignore[attr-defined]
    return key.may_export


def needs_export(request: HttpRequest) -> None:
    """Called first wherever people's data leave as a file."""
    if not may_export(request):
        raise ProblemError(
            status=403,
            title="This key may not export",
            detail="Files of people’s data need a key with the scope `export`: an admin makes one under Settings, Keys",
        )
