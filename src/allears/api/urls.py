"""Where the REST API hangs in the site."""

from django.urls import path

from allears.api.main import api

urlpatterns = [path("", api.urls)]
