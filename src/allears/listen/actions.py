"""What listening does: publish surveys, set probes, record voices, ask again after a case."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _

from allears.accounts.models import Workspace
from allears.customers.history import segments_at
from allears.jobs.bus import record
from allears.journeys.models import Touchpoint
from allears.listen import asking, conditions, originals, ready_made, repeats
from allears.listen.checking import keeps_meaning
from allears.listen.definition import Definition, as_json, parse, shaped
from allears.listen.events import VoiceReceived
from allears.listen.models import (
    LONGEST_SECONDS,
    MOST_QUOTA_DAYS,
    Probe,
    ProbeVersion,
    Survey,
    SurveyVersion,
    Voice,
    VoiceOriginal,
)
from allears.outreach import channels
from allears.outreach.actions import propose
from allears.outreach.contracts import Proposal, Release, Ruling
from allears.store.scope import ScopedQuerySet

FOLLOW_UP_EXPIRES = timedelta(days=14)


class KeyTakenError(ValueError):
    """Another survey or probe of the workspace has this key already."""


class ProbeError(ValueError):
    """A probe that cannot be set; ``field`` names what to mend, ``problem`` says how it must be."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field, self.problem = field, problem


def create_survey(
    *, workspace_id: int, key: str, name: str, family: str, definition: Mapping[str, Any], now: datetime
) -> Survey:
    """A survey with its first version; raises DefinitionError or KeyTakenError."""
    checked = parse(definition)
    if Survey.objects.in_workspace(workspace_id).filter(key=key).exists():
        raise KeyTakenError(_("there is a survey %(key)s already; choose another key") % {"key": key})
    with transaction.atomic():
        survey: Survey = Survey.objects.create(
            workspace_id=workspace_id, key=key, name=name, family=family, created_at=now
        )
        _publish(survey, checked, number=1, now=now)
    return survey


def publish_version(*, survey: Survey, definition: Mapping[str, Any], now: datetime) -> SurveyVersion:
    """The next version; asks made from now on use it, earlier ones keep theirs. An equal one is not repeated."""
    checked = parse(definition)
    with transaction.atomic():
        versions = list(survey.versions.select_for_update().order_by("-number"))
        earlier = [(each.number, parse(each.definition)) for each in versions]
        keeps_meaning(checked, earlier)
        if earlier and earlier[0][1] == checked:
            return versions[0]
        return _publish(survey, checked, number=(versions[0].number if versions else 0) + 1, now=now)


class DraftMovedError(ValueError):
    """Somebody else has saved the draft since it was read; nothing is overwritten."""


def save_draft(*, survey: Survey, draft: Mapping[str, Any], revision: int, now: datetime) -> int:
    """Keep the next version while it is being written, whatever state it is in; the new revision.

    Raises DraftMovedError when ``revision`` is not the one last saved, and DefinitionError when it is no survey at all.
    """
    shaped(draft)
    with transaction.atomic():
        row: Survey = Survey.objects.in_workspace(survey.workspace_id).select_for_update().get(pk=survey.pk)
        if row.draft_revision != revision:
            raise DraftMovedError(_("the draft was saved elsewhere meanwhile; load it again"))
        row.draft, row.draft_revision, row.draft_saved_at = dict(draft), revision + 1, now
        row.save(update_fields=["draft", "draft_revision", "draft_saved_at"])
    return revision + 1


def drop_draft(*, survey: Survey) -> None:
    """Forget what was written since the version in force."""
    survey.draft, survey.draft_saved_at = None, None
    survey.draft_revision += 1
    survey.save(update_fields=["draft", "draft_revision", "draft_saved_at"])


def change_survey(*, survey: Survey, changes: Mapping[str, Any]) -> Survey:
    """Rename it (``name``), or say until when it takes answers (``closes_at``; None opens it again)."""
    for name, value in changes.items():
        setattr(survey, name, value)
    survey.save(update_fields=["name", "closes_at"])
    return survey


def _publish(survey: Survey, definition: Definition, *, number: int, now: datetime) -> SurveyVersion:
    version: SurveyVersion = SurveyVersion.objects.create(
        workspace_id=survey.workspace_id,
        survey=survey,
        number=number,
        definition=as_json(definition),
        published_at=now,
    )
    return version


def ensure_ready_made(*, workspace_id: int, key: str, now: datetime) -> Survey:
    """The workspace's copy of a ready-made survey; made at first use, never overwritten."""
    survey: Survey | None = Survey.objects.in_workspace(workspace_id).filter(key=key).first()
    if survey is not None:
        return survey
    wanted = ready_made.ALL[key]
    language = Workspace.objects.get(id=workspace_id).language[:2]
    return create_survey(
        workspace_id=workspace_id,
        key=key,
        name=wanted.name.get(language, wanted.name["en"]),
        family=wanted.family,
        definition=as_json(wanted.definition),
        now=now,
    )


@dataclass(frozen=True, kw_only=True)
class ProbeSpec:
    """What a probe asks, when and how."""

    key: str
    name: str
    touchpoint_id: int
    survey_id: int
    event_name: str
    conditions: Sequence[Mapping[str, Any]] = field(default_factory=list)
    delay_seconds: int = 0
    expires_after_seconds: int = 7 * 86_400
    channel: str = "email"
    share: float = 1.0
    fallbacks: Sequence[str] = field(default_factory=list)
    sampling: str = "random"
    strata: Mapping[str, float] = field(default_factory=dict)
    absent_event: str = ""
    absent_match: str = ""
    priority: int = 0
    weight: float = 1.0
    quota: Mapping[str, int] = field(default_factory=dict)
    quota_days: float = 30.0


def create_probe(
    *, workspace_id: int, spec: ProbeSpec, now: datetime, started: bool = True, author_id: int | None = None
) -> Probe:
    """Set a probe; it asks at once unless told otherwise. Raises ProbeError, ConditionError or KeyTakenError."""
    values = check_spec(workspace_id=workspace_id, spec=spec)
    if Probe.objects.in_workspace(workspace_id).filter(key=spec.key).exists():
        raise KeyTakenError(_("there is a probe %(key)s already; choose another key") % {"key": spec.key})
    with transaction.atomic():
        probe: Probe = Probe.objects.create(
            workspace_id=workspace_id,
            **values,
            created_at=now,
            changed_at=now,
            started_at=now if started else None,
        )
        _note_version(probe, values, now=now, author_id=author_id)
    return probe


def change_probe(*, probe: Probe, spec: ProbeSpec, now: datetime, author_id: int | None = None) -> Probe:
    """Change a probe; what it has asked so far stays as it was, and what it said before is kept as a version."""
    values = check_spec(workspace_id=probe.workspace_id, spec=spec)
    for name, value in values.items():
        setattr(probe, name, value)
    probe.changed_at = now
    with transaction.atomic():
        probe.save()
        _note_version(probe, values, now=now, author_id=author_id)
    return probe


def _note_version(probe: Probe, values: Mapping[str, Any], *, now: datetime, author_id: int | None) -> None:
    """An equal version is not repeated."""
    latest = probe.versions.order_by("-number").first()
    if latest is None or latest.spec != values:
        ProbeVersion.objects.create(
            workspace_id=probe.workspace_id,
            probe=probe,
            number=latest.number + 1 if latest else 1,
            spec=values,
            at=now,
            created_by_id=author_id,
        )


def restore_probe(*, probe: Probe, number: int, now: datetime, author_id: int | None = None) -> Probe:
    """Let a probe say again what it said in an earlier version, as its newest one; raises ProbeError."""
    version = probe.versions.filter(number=number).first()
    if version is None:
        raise ProbeError("number", _("there is no such version of this probe"))
    return change_probe(probe=probe, spec=ProbeSpec(**version.spec), now=now, author_id=author_id)


def _check_asking(spec: ProbeSpec) -> None:
    for name in (spec.channel, *spec.fallbacks):
        if name not in channels.adapters():
            raise ProbeError("channel", _("there are: %(names)s") % {"names": ", ".join(sorted(channels.adapters()))})
    if spec.channel in spec.fallbacks or len(set(spec.fallbacks)) < len(spec.fallbacks):
        raise ProbeError("fallbacks", _("name each channel once"))
    if spec.sampling not in Probe.Sampling.values:
        raise ProbeError("sampling", _("there are: %(names)s") % {"names": ", ".join(Probe.Sampling.values)})
    if not all(0.0 <= share <= 1.0 for share in spec.strata.values()):
        raise ProbeError("strata", _("ask a share between 0 (nobody) and 1 (everybody) of each segment"))
    if spec.absent_event and spec.delay_seconds < 60:
        raise ProbeError("delay_seconds", _("wait at least a minute for the event that may stay away"))
    if not 0 < spec.weight <= 100 or not -100 <= spec.priority <= 100:
        raise ProbeError("weight", _("a weight lies above 0 and up to 100, a priority between -100 and 100"))
    if not 0 <= spec.delay_seconds <= LONGEST_SECONDS:
        raise ProbeError("delay_seconds", _("wait at most 366 days"))
    if spec.expires_after_seconds > LONGEST_SECONDS:
        raise ProbeError("expires_after_seconds", _("an ask is kept for at most 366 days"))
    if not 0 < spec.quota_days <= MOST_QUOTA_DAYS:
        raise ProbeError("quota_days", _("a quota counts over at most 3660 days"))
    if not all(limit >= 0 for limit in spec.quota.values()):
        raise ProbeError("quota", _("a quota is a number of asks in a number of days"))


def check_spec(*, workspace_id: int, spec: ProbeSpec) -> dict[str, Any]:
    """A probe's values as they are stored; raises ProbeError or ConditionError."""
    _check_asking(spec)
    if not spec.event_name.strip():
        raise ProbeError("event_name", _("name the event at which to ask"))
    if not 0.0 < spec.share <= 1.0:
        raise ProbeError("share", _("ask a share above 0 and up to 1 (everybody)"))
    if spec.delay_seconds < 0 or spec.expires_after_seconds < 60:
        raise ProbeError("expires_after_seconds", _("leave at least a minute to ask"))
    if not Touchpoint.objects.in_workspace(workspace_id).filter(id=spec.touchpoint_id).exists():
        raise ProbeError("touchpoint_id", _("there is no such touchpoint in this workspace"))
    if not Survey.objects.in_workspace(workspace_id).filter(id=spec.survey_id).exists():
        raise ProbeError("survey_id", _("there is no such survey in this workspace"))
    return {
        **vars(spec),
        "event_name": spec.event_name.strip(),
        "absent_event": spec.absent_event.strip(),
        "absent_match": spec.absent_match.strip(),
        "conditions": conditions.normalised(spec.conditions),
        "fallbacks": list(spec.fallbacks),
        "strata": dict(spec.strata),
        "quota": dict(spec.quota),
    }


def pause_probe(*, probe: Probe, now: datetime) -> None:
    """Stop asking; asks already allowed still go out."""
    probe.paused_at, probe.changed_at = now, now
    probe.save(update_fields=["paused_at", "changed_at"])


def start_probe(*, probe: Probe, now: datetime) -> None:
    """Ask (again) from now on."""
    probe.started_at, probe.paused_at, probe.changed_at = now, None, now
    probe.save(update_fields=["started_at", "paused_at", "changed_at"])


def _segment_then(workspace_id: int, customer_id: int | None, said_at: datetime) -> str:
    """The segment the customer had when it was said, also when we hear of it late."""
    if customer_id is None:
        return ""
    return segments_at(workspace_id=workspace_id, asked=[(customer_id, said_at)])[0]


def record_voice(
    *,
    workspace_id: int,
    key: str,
    initiator: str,
    source_kind: str,
    channel: str,
    said_at: datetime,
    text: str = "",
    customer_id: int | None = None,
    touchpoint_id: int | None = None,
    response_id: int | None = None,
    language: str = "",
    segment: str = "",
    metric: str = "",
    score: int | None = None,
    sentiment: str = "",
    public: bool = False,
    attributes: Mapping[str, Any] | None = None,
    import_id: int | None = None,
    thread: str = "",
    known: Sequence[str] = (),
    now: datetime | None = None,
) -> Voice:
    """Store one utterance and tell the house. A key that is known changes nothing and tells nobody.

    Personal data, with ``known`` names of the speaker, is blotted out of the words; as they were said they are sealed.
    """
    words = _blotted(workspace_id, customer_id, text, known)
    beside, changed = originals.blot_attributes(attributes or {})
    values = {
        "initiator": Voice.Initiator(initiator).value,
        "source_kind": Voice.SourceKind(source_kind).value,
        "channel": channel,
        "public": public,
        "touchpoint_id": touchpoint_id,
        "customer_id": customer_id,
        "response_id": response_id,
        "text": words.text,
        "hidden": words.hidden or None,
        "language": language,
        "segment": segment or _segment_then(workspace_id, customer_id, said_at),
        "metric": metric,
        "score": score,
        "sentiment": sentiment,
        "attributes": beside,
        "import_id": import_id,
        "thread": _voice_key(thread) or None,
        "said_at": said_at,
        "received_at": now or said_at,
    }
    values["sameness"] = repeats.digest_for(workspace_id=workspace_id, values=values, text=text)
    with transaction.atomic():
        rows: ScopedQuerySet[Voice] = Voice.objects.in_workspace(workspace_id)
        voice, created = rows.get_or_create(workspace_id=workspace_id, key=_voice_key(key), defaults=values)
        if created:
            _keep_original(voice, {**({"text": text} if words.hidden else {}), **changed})
            repeats.link(voice)
            record(VoiceReceived(workspace_id=workspace_id, voice_id=voice.id))
    return voice


def _blotted(workspace_id: int, customer_id: int | None, text: str, known: Sequence[str] = ()) -> originals.Blotted:
    own = originals.known_of(workspace_id=workspace_id, customer_ids=[customer_id] if text else [])
    return originals.blot(text, known=(*own.get(customer_id, ()), *known))


def _keep_original(voice: Voice, said: Mapping[str, Any]) -> None:
    if not said:
        return
    kept = originals.Original(row_id=voice.pk, customer_id=voice.customer_id, said=said, at=voice.said_at)
    originals.keep_voices(workspace_id=voice.workspace_id, originals=[kept])


def _voice_key(key: str) -> str:
    """The key itself where it fits the column, else its digest."""
    return key if len(key) <= 64 else blake2b(key.encode(), digest_size=32).hexdigest()


def grow_voice(*, voice: Voice, text: str, score: int | None, language: str) -> bool:
    """What a customer adds to or changes in an answer belongs to the same voice; True when something changed."""
    said = originals.said_by([voice]).get(voice.pk, {})
    if (said.get("text", voice.text), voice.score) == (text, score):
        return False
    had, words = bool(said), _blotted(voice.workspace_id, voice.customer_id, text)
    voice.text, voice.hidden = words.text, words.hidden or None
    voice.score, voice.language = score, language
    said.pop("text", None)
    said |= {"text": text} if words.hidden else {}
    with transaction.atomic():
        voice.heat().save(update_fields=["text", "hidden", "score", "language", "flush_id"])
        if had:
            VoiceOriginal.objects.in_workspace(voice.workspace_id).filter(voice=voice).delete()
        _keep_original(voice, said)
        record(VoiceReceived(workspace_id=voice.workspace_id, voice_id=voice.id, updated=True))
    return True


def ask_follow_up(
    *, workspace_id: int, customer_id: int, case_id: int, touchpoint_id: int | None, now: datetime
) -> Ruling:
    """Ask whether a closed case is settled; ``now`` is the time of closing, and asks once for each closing."""
    survey = ensure_ready_made(workspace_id=workspace_id, key=ready_made.FOLLOW_UP.key, now=now)
    touchpoint = Touchpoint.objects.in_workspace(workspace_id).filter(id=touchpoint_id).first()
    ask = asking.Ask(
        survey_id=survey.id,
        touchpoint_id=touchpoint_id,
        case_id=case_id,
        snapshot={"customer": asking.portraits(workspace_id=workspace_id, customer_ids=[customer_id])[customer_id]},
    )
    proposal = Proposal(
        customer_id=customer_id,
        purpose="follow_up",
        family=survey.family,
        channel="email",
        priority=1,
        ask_key=f"case:{case_id}:{int(now.timestamp())}",
        touchpoint_key=touchpoint.key if touchpoint else "",
        expires_at=now + FOLLOW_UP_EXPIRES,
        context=ask.as_context(),
    )
    with transaction.atomic():
        (ruling,) = propose(workspace_id=workspace_id, proposals=[proposal], now=now)
        if ruling.fresh and ruling.verdict == "sent":
            asking.invite(workspace_id=workspace_id, releases=[Release(ruling=ruling, proposal=proposal)], now=now)
    return ruling


def archive_survey(*, survey: Survey, now: datetime) -> None:
    """Take a survey off the list; raises ProbeError while a running probe or study asks it."""
    running = survey.probes.filter(models.Q(paused_at__isnull=True), started_at__isnull=False)
    if probe := running.first():
        raise ProbeError("survey", _("the probe %(name)s still asks it; pause the probe first") % {"name": probe.name})
    if study := survey.studies.filter(launched_at__isnull=False, paused_at__isnull=True).first():
        raise ProbeError("survey", _("the study %(name)s still asks it; pause the study first") % {"name": study.name})
    survey.archived_at = now
    survey.save(update_fields=["archived_at"])
