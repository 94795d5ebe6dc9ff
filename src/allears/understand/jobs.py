"""What runs by itself."""

from django.utils import timezone

from allears.understand import registry


def train(*, workspace_id: int, model_id: int) -> None:
    """Somebody asked for a model of their own."""
    registry.train(workspace_id=workspace_id, model_id=model_id, now=timezone.now())
