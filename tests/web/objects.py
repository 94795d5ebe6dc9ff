"""One Acme object for each name that a page's address may carry, for the tests over the list of addresses."""

from collections.abc import Callable
from itertools import count
from typing import Any

from django.db import models
from django.utils import timezone
from tests.conftest import Person

from allears.accounts.models import AccessKey, MemberInvite, Membership, Workspace
from allears.accounts.teams.models import Team
from allears.customers.models import ClientAccount, Customer, Erasure, Merge
from allears.events.inbound.models import InboundSource
from allears.events.models import Export, Import, SavedMapping, Upload
from allears.events.webhooks.models import Delivery, Endpoint
from allears.jobs.models import Job
from allears.journeys.models import Touchpoint
from allears.listen.models import Attachment, Enclosure, Letter, Probe, Source, Survey, Voice, VoiceFile
from allears.listen.places import site
from allears.listen.places.models import Place
from allears.listen.studies.models import Study, Wave
from allears.listen.tags.models import Tag
from allears.outreach.delivery.models import Barred
from allears.outreach.models import Decision, Rehearsal
from allears.people.models import Follow, Share, Thanks
from allears.respond.models import Case, Cause
from allears.understand.models import BackFill, Correction, TextModel
from allears.understand.themes.models import SelectedTheme, Theme, ThemeChange

NUMBER = 741  # of a case that no other workspace has
_COUNT = count(1)


def row(model: type[models.Model], alice: Person, **given: Any) -> Any:
    """A row of ``model`` in Alice's workspace; what must be filled is filled with anything that fits."""
    filled = {
        field.name: value_for(field, alice)
        for field in model._meta.concrete_fields
        if field.name not in given and not (field.null or field.has_default() or field.primary_key)
    }
    return model._default_manager.create(**filled, **given)


def value_for(field: Any, alice: Person) -> Any:
    if isinstance(field, models.ForeignKey):
        known = {Workspace: alice.workspace, Membership: alice.membership}
        return known.get(field.related_model) or row(field.related_model, alice)
    if isinstance(field, models.DateTimeField):
        return timezone.now()
    if isinstance(field, models.BooleanField):
        return False
    if isinstance(field, models.IntegerField | models.FloatField):
        return NUMBER
    if field.choices:
        return field.choices[0][0]
    most, unlike = field.max_length or 60, f"-{next(_COUNT)}"  # a second row of its kind must not meet the first
    return (f"{field.model.__name__}-{field.name}".lower()[: max(0, most - len(unlike))] + unlike)[-most:]


def voice(alice: Person) -> int:
    return int(row(Voice, alice, text="I wait.", source_kind="complaint", said_at=timezone.now()).pk)


def member(alice: Person) -> int:
    from tests import builders

    return int(builders.member(workspace=alice.workspace, email="m@acme.test", role="agent")[1].pk)


def source(alice: Person) -> int:
    settings = {"url": "https://example.test/feed", "source_kind": "review", "items": "", "paths": {}}
    return int(row(Source, alice, kind="feed", settings=settings, name="Reviews").pk)


def enclosure(alice: Person) -> int:
    letter = row(Letter, alice, voice=Voice.objects.in_workspace(alice.workspace.pk).get(pk=voice(alice)))
    return int(row(Enclosure, alice, letter=letter, name="lamp.png", content=b"png").pk)


def wave(alice: Person) -> int:
    """Of the study that stands before it in the address."""
    study = Study.objects.in_workspace(alice.workspace.pk).first() or row(Study, alice)
    return int(row(Wave, alice, study=study).number)


def correction(alice: Person) -> int:
    said = row(Voice, alice, key="corrected", source_kind="complaint", said_at=timezone.now())
    return int(row(Correction, alice, voice=said, task="sentiment", value="neutral", verdict="is").pk)


# By the name in the address, or by its first word and the name. A page with another name adds its line here.
MAKERS: dict[str, Callable[[Person], Any]] = {
    "member_id": member,
    "invite_id": lambda alice: row(MemberInvite, alice, email="dora@acme.test").pk,
    "key_id": lambda alice: row(AccessKey, alice).pk,
    "voice_id": voice,
    "touchpoint_id": lambda alice: row(Touchpoint, alice).pk,
    "import_id": lambda alice: row(Import, alice, state="done").pk,
    "upload_id": lambda alice: row(Upload, alice, kind="voices").pk,
    "export_id": lambda alice: row(Export, alice, table="voices", format="csv", state="failed").pk,
    "mapping_id": lambda alice: row(SavedMapping, alice, kind="voices").pk,
    "probe_id": lambda alice: row(Probe, alice).pk,
    "study_id": lambda alice: row(Study, alice).pk,
    "wave": wave,
    "survey_id": lambda alice: row(Survey, alice).pk,
    "decision_id": lambda alice: row(Decision, alice).pk,
    "rehearsal_id": lambda alice: row(Rehearsal, alice, kind="policy", wanted={"rules": {}}).pk,
    "endpoint_id": lambda alice: row(Endpoint, alice).pk,
    "delivery_id": lambda alice: row(Delivery, alice).pk,
    "source_id": source,
    "inbound_id": lambda alice: row(InboundSource, alice, name="Till").pk,
    "enclosure_id": enclosure,
    "job_id": lambda alice: row(Job, alice, arguments={"workspace_id": alice.workspace.pk}, state="dead").pk,
    "number": lambda alice: row(Case, alice, number=NUMBER, subject="Sofa in the rain").number,
    "account_id": lambda alice: row(ClientAccount, alice).pk,
    "merge_id": lambda alice: row(Merge, alice).pk,
    "place_id": lambda alice: row(Place, alice, kind="site", settings=site.as_json(site.SiteSettings())).pk,
    "barred_id": lambda alice: row(Barred, alice, channel="email", reason="bounce").pk,
    "erasure_reference": lambda alice: row(Erasure, alice).reference,
    "customer_key": lambda alice: row(Customer, alice).key,
    "text_model_id": lambda alice: row(TextModel, alice, slot="text", trained_at=timezone.now()).pk,
    "correction_id": correction,
    "file_id": lambda alice: row(VoiceFile, alice, name="lamp.png", type="image/png", content=b"png").pk,
    "attachment_id": lambda alice: row(Attachment, alice, name="lamp.png", type="image/png", content=b"png").pk,
    "back_fill_id": lambda alice: row(BackFill, alice).pk,
    "theme_id": lambda alice: row(Theme, alice).pk,
    "change_id": lambda alice: row(ThemeChange, alice).pk,
    "selected_id": lambda alice: row(SelectedTheme, alice, members=b"").pk,
    "tag_id": lambda alice: row(Tag, alice).pk,
    "team_id": lambda alice: row(Team, alice).pk,
    "share_id": lambda alice: row(Share, alice, to_member=alice.membership).pk,
    "thanks_id": lambda alice: row(Thanks, alice, to_member=alice.membership).pk,
    "follow_id": lambda alice: row(Follow, alice, kind="segment", value="gold").pk,
    "cause_key": lambda alice: row(Cause, alice, key="only-acme").key,
}
# Addresses that name no object: the same words lead everyone to their own.
NOT_OBJECTS: dict[str, str] = {
    "settings/channels/<slug:name>": "email",
    "settings/channels/<slug:name>/trials": "email",
    "settings/channels/<slug:name>/pause": "email",
    "settings/sources/new/<slug:kind>": "feed",
}
