"""For the pages before sign-in."""

from django import template

from allears.accounts.models import Membership

register = template.Library()


@register.simple_tag
def is_unclaimed() -> bool:
    """Whether nobody at all has a way in: a new installation."""
    return not Membership.objects.across_workspaces().exists()
