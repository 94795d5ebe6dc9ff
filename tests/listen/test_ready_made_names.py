"""A ready-made survey is called in the reader's language until somebody gives it a name."""

import pytest
from django.test import Client
from django.utils import timezone

from allears.listen.actions import ensure_ready_made
from allears.listen.models import Survey
from tests.conftest import Person

pytestmark = pytest.mark.django_db
PAGES = ("/surveys", "/surveys/{pk}", "/surveys/{pk}/results", "/probes/new", "/studies/new")


@pytest.fixture
def survey(alice: Person) -> Survey:
    return ensure_ready_made(workspace_id=alice.workspace.pk, key="nps-why", now=timezone.now())


@pytest.mark.parametrize("path", PAGES)
def test_the_reader_reads_its_name_in_their_language(alice: Person, survey: Survey, path: str) -> None:
    client = Client()
    client.force_login(alice.user)
    for language, name, other in (
        ("zh-hans", "NPS（含原因）", "NPS with why"),
        ("en", "NPS with why", "NPS（含原因）"),
    ):
        client.cookies["allears_language"] = language
        page = client.get(path.format(pk=survey.pk)).content.decode()
        assert (name in page, other in page) == (True, False)


def test_a_name_that_somebody_gave_stays(alice: Person, survey: Survey) -> None:
    Survey.objects.in_workspace(alice.workspace.pk).update(name="Shop NPS")
    client = Client()
    client.force_login(alice.user)
    client.cookies["allears_language"] = "zh-hans"
    assert "Shop NPS" in client.get("/surveys").content.decode()


def test_results_name_the_company_and_the_languages(alice: Person, survey: Survey) -> None:
    client = Client()
    client.force_login(alice.user)
    page = client.get(f"/surveys/{survey.pk}/results").content.decode()
    assert f"How likely are you to recommend {alice.workspace.name} to" in page
    assert "{company}" not in page
