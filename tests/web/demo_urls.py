"""The site as `allears demo` has it."""

from allears.web.pages.demo import pages
from allears.web.urls import urlpatterns as everywhere

urlpatterns = [*everywhere, *pages]
