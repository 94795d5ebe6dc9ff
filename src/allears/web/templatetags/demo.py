"""Whether this is the demo, for templates that everybody shares."""

from django import template
from django.conf import settings
from django.urls import reverse

register = template.Library()


@register.simple_tag
def demo_page(name: str) -> str:
    """The address of a page of the demo; empty elsewhere."""
    return reverse(name) if settings.DEMO else ""
