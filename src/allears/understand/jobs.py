"""What runs by itself."""

from django.utils import timezone

from allears.accounts.models import Workspace
from allears.understand import registry


def train(*, workspace_id: int, model_id: int) -> None:
    """Somebody asked for a model of their own."""
    registry.train(workspace_id=workspace_id, model_id=model_id, now=timezone.now())


def learn_again() -> None:
    """Once a day: where people corrected enough, their model is trained anew."""
    for workspace_id in Workspace.objects.values_list("id", flat=True):
        registry.learn_again(workspace_id=workspace_id, now=timezone.now())
