"""Words for what the audit log holds: what was done, to what, and what was said of it."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from allears.accounts.models import AccessKey, AuditEntry, Membership, Role
from allears.accounts.teams.models import Team
from allears.events.imports.queries import imports_of
from allears.events.inbound.queries import sources
from allears.events.models import SavedMapping
from allears.events.webhooks.models import Endpoint
from allears.journeys.queries import touchpoints
from allears.listen.places.queries import places
from allears.listen.sources.queries import sources_of
from allears.listen.studies.queries import studies
from allears.listen.tags.queries import every_tag
from allears.outreach.wording import channel_name
from allears.understand.themes.models import Theme
from allears.understand.themes.queries import name_of
from allears.web.job_words import job_words
from allears.web.label_words import TASKS, task_word
from allears.web.templatetags.ui import local_name

DID: Final[Mapping[str, Any]] = {
    "accounts.member.made": gettext_lazy("Made a member"),
    "accounts.member.invited": gettext_lazy("Invited a member"),
    "accounts.member.joined": gettext_lazy("Joined as a member"),
    "accounts.member.role_changed": gettext_lazy("Changed a member’s role"),
    "accounts.member.removed": gettext_lazy("Removed a member"),
    "accounts.member.restored": gettext_lazy("Brought a member back"),
    "accounts.invite.revoked": gettext_lazy("Took an invitation back"),
    "accounts.workspace.changed": gettext_lazy("Changed the workspace"),
    "accounts.write_key.made": gettext_lazy("Made a write key"),
    "accounts.write_key.revoked": gettext_lazy("Revoked a write key"),
    "accounts.api_key.made": gettext_lazy("Made an API key"),
    "accounts.api_key.revoked": gettext_lazy("Revoked an API key"),
    "accounts.team.made": gettext_lazy("Made a team"),
    "accounts.team.renamed": gettext_lazy("Renamed a team"),
    "accounts.team.ended": gettext_lazy("Ended a team"),
    "accounts.team.returned": gettext_lazy("Brought a team back"),
    "accounts.team.joined": gettext_lazy("Put a member into a team"),
    "accounts.team.left": gettext_lazy("Took a member out of a team"),
    "customers.erasure.requested": gettext_lazy("Asked to erase a customer"),
    "customers.erasure.finished": gettext_lazy("Erased a customer"),
    "customers.identity.changed": gettext_lazy("Changed how customers are recognised"),
    "customers.merge.undone": gettext_lazy("Took a merge of customers back"),
    "customers.numbers.completed": gettext_lazy("Completed phone numbers with their country code"),
    "customers.retention.changed": gettext_lazy("Changed how long data is kept"),
    "events.export.asked": gettext_lazy("Exported data"),
    "events.import.started": gettext_lazy("Began an import"),
    "events.import.stopped": gettext_lazy("Stopped an import"),
    "events.import.resumed": gettext_lazy("Went on with an import"),
    "events.import.undone": gettext_lazy("Took an import back"),
    "events.inbound.made": gettext_lazy("Opened an inbound address"),
    "events.inbound.taught": gettext_lazy("Taught an inbound address its fields"),
    "events.inbound.ended": gettext_lazy("Closed an inbound address"),
    "events.intake.limited": gettext_lazy("Changed what may come in"),
    "events.mapping.saved": gettext_lazy("Saved a mapping of files"),
    "events.mapping.removed": gettext_lazy("Removed a mapping of files"),
    "journeys.touchpoint.created": gettext_lazy("Made a touchpoint"),
    "journeys.touchpoint.changed": gettext_lazy("Changed a touchpoint"),
    "journeys.touchpoint.archived": gettext_lazy("Archived a touchpoint"),
    "journeys.touchpoint.restored": gettext_lazy("Brought a touchpoint back"),
    "listen.place.opened": gettext_lazy("Opened a place to answer"),
    "listen.place.changed": gettext_lazy("Changed a place to answer"),
    "listen.place.given_wechat_code": gettext_lazy("Made a WeChat code for a place to answer"),
    "listen.place.closed": gettext_lazy("Closed a place to answer"),
    "listen.source.created": gettext_lazy("Made a source"),
    "listen.source.changed": gettext_lazy("Changed a source"),
    "listen.source.paused": gettext_lazy("Paused a source"),
    "listen.source.resumed": gettext_lazy("Resumed a source"),
    "listen.source.removed": gettext_lazy("Removed a source"),
    "listen.source.asked": gettext_lazy("Had a source read at once"),
    "listen.study.planned": gettext_lazy("Planned a study"),
    "listen.study.changed": gettext_lazy("Changed a study"),
    "listen.study.launched": gettext_lazy("Launched a study"),
    "listen.study.paused": gettext_lazy("Paused a study"),
    "listen.study.resumed": gettext_lazy("Resumed a study"),
    "listen.study.wave_closed": gettext_lazy("Closed a wave of a study"),
    "listen.study.wave_reopened": gettext_lazy("Opened a wave of a study again"),
    "listen.study.ended": gettext_lazy("Ended a study"),
    "listen.study.continued": gettext_lazy("Went on with a study"),
    "listen.tag.made": gettext_lazy("Made a tag"),
    "listen.tag.renamed": gettext_lazy("Renamed a tag"),
    "listen.tag.merged": gettext_lazy("Merged a tag into another"),
    "listen.tag.parted": gettext_lazy("Parted a tag from another"),
    "listen.tag.deleted": gettext_lazy("Deleted a tag"),
    "listen.voice.parted": gettext_lazy("Said that a voice repeats no other"),
    "listen.voice.rejoined": gettext_lazy("Joined a voice to the one it repeats"),
    "operations.job.revived": gettext_lazy("Had a failed job done again"),
    "outreach.address.lifted": gettext_lazy("Let an address be written to again"),
    "outreach.channel.set_up": gettext_lazy("Set a channel up"),
    "outreach.channel.paused": gettext_lazy("Paused a channel"),
    "outreach.channel.resumed": gettext_lazy("Resumed a channel"),
    "people.voice.shared": gettext_lazy("Passed a voice on"),
    "people.voice.share_withdrawn": gettext_lazy("Took back that a voice was passed on"),
    "people.voice.colleague_thanked": gettext_lazy("Thanked a colleague for a voice"),
    "people.voice.thanks_withdrawn": gettext_lazy("Took thanks back"),
    "people.voice.customer_thanked": gettext_lazy("Thanked a customer for a voice"),
    "theme.pinned": gettext_lazy("Pinned a theme"),
    "theme.unpinned": gettext_lazy("Unpinned a theme"),
    "theme.hidden": gettext_lazy("Hid a theme"),
    "theme.shown": gettext_lazy("Showed a theme again"),
    "theme.renamed": gettext_lazy("Renamed a theme"),
    "theme.merged": gettext_lazy("Merged a theme into another"),
    "theme.split": gettext_lazy("Split a theme"),
    "theme.kept": gettext_lazy("Kept a theme of a selection"),
    "theme.undone": gettext_lazy("Took back a change of a theme"),
    "understand.model.chosen": gettext_lazy("Chose the model that reads"),
    "understand.outside_model.changed": gettext_lazy("Set the outside model up"),
    "understand.outside_model.chosen": gettext_lazy("Chose what the outside model reads"),
    "understand.outside_model.switched_on": gettext_lazy("Switched the outside model on"),
    "understand.outside_model.switched_off": gettext_lazy("Switched the outside model off"),
    "understand.reviewers.set": gettext_lazy("Chose who may correct labels"),
    "understand.voice.unmasked": gettext_lazy("Looked at a voice unmasked"),
    "webhooks.endpoint.created": gettext_lazy("Made a webhook"),
    "webhooks.endpoint.changed": gettext_lazy("Changed a webhook"),
    "webhooks.endpoint.enabled": gettext_lazy("Switched a webhook on again"),
    "webhooks.endpoint.disabled": gettext_lazy("Switched a webhook off"),
    "webhooks.endpoint.rotated": gettext_lazy("Changed a webhook’s secret"),
    "webhooks.endpoint.removed": gettext_lazy("Removed a webhook"),
    "webhooks.endpoint.replayed": gettext_lazy("Sent a webhook’s calls again"),
}
TO: Final[Mapping[str, Any]] = {
    "barred": gettext_lazy("Address %(id)s"),
    "channel": gettext_lazy("Channel %(id)s"),
    "erasure": gettext_lazy("Erasure %(id)s"),
    "import": gettext_lazy("Import %(id)s"),
    "inbound": gettext_lazy("Inbound address %(id)s"),
    "invite": gettext_lazy("Invitation %(id)s"),
    "job": gettext_lazy("Job %(id)s"),
    "key": gettext_lazy("Key %(id)s"),
    "mapping": gettext_lazy("Mapping %(id)s"),
    "member": gettext_lazy("Member %(id)s"),
    "merge": gettext_lazy("Merge %(id)s"),
    "place": gettext_lazy("Place %(id)s"),
    "slot": gettext_lazy("Task %(id)s"),
    "source": gettext_lazy("Source %(id)s"),
    "study": gettext_lazy("Study %(id)s"),
    "tag": gettext_lazy("Tag %(id)s"),
    "team": gettext_lazy("Team %(id)s"),
    "theme": gettext_lazy("Theme %(id)s"),
    "touchpoint": gettext_lazy("Touchpoint %(id)s"),
    "voice": gettext_lazy("Voice %(id)s"),
    "webhook": gettext_lazy("Webhook %(id)s"),
    "workspace": gettext_lazy("Workspace %(id)s"),
}
PAGES: Final[Mapping[str, str]] = {
    "erasure": "/settings/erasures/",
    "import": "/imports/",
    "inbound": "/settings/inbound/",
    "place": "/settings/places/",
    "source": "/settings/sources/",
    "theme": "/understand/themes/",
    "touchpoint": "/moments/",
    "voice": "/listen/voices/",
}
"""Where a subject's own page is, by its number."""
ABOUT: Final[Mapping[str, Any]] = {
    "after": pgettext_lazy("audit", "after"),
    "because": pgettext_lazy("audit", "because of case"),
    "before": pgettext_lazy("audit", "before"),
    "count": pgettext_lazy("audit", "how many"),
    "customers": pgettext_lazy("audit", "customers"),
    "filters": pgettext_lazy("audit", "filters"),
    "first": pgettext_lazy("audit", "the first voice"),
    "format": pgettext_lazy("audit", "format"),
    "from": pgettext_lazy("audit", "from"),
    "host": pgettext_lazy("audit", "host"),
    "into": pgettext_lazy("audit", "into"),
    "key": pgettext_lazy("audit", "key"),
    "keys": pgettext_lazy("audit", "keys"),
    "kind": pgettext_lazy("audit", "kind"),
    "labels": pgettext_lazy("audit", "labels"),
    "language": pgettext_lazy("audit", "language"),
    "member": pgettext_lazy("audit", "member"),
    "members": pgettext_lazy("audit", "members"),
    "message": pgettext_lazy("audit", "message"),
    "model": pgettext_lazy("audit", "model"),
    "monthly_cap": pgettext_lazy("audit", "monthly cap"),
    "name": pgettext_lazy("audit", "name"),
    "names": pgettext_lazy("audit", "names"),
    "never_again": pgettext_lazy("audit", "never to be taken in again"),
    "per_day": pgettext_lazy("audit", "a day"),
    "per_second": pgettext_lazy("audit", "a second"),
    "reason": pgettext_lazy("audit", "reason"),
    "region": pgettext_lazy("audit", "region"),
    "role": pgettext_lazy("audit", "role"),
    "rows": pgettext_lazy("audit", "rows"),
    "scopes": pgettext_lazy("audit", "may"),
    "share": pgettext_lazy("audit", "note"),
    "table": pgettext_lazy("audit", "table"),
    "thanks": pgettext_lazy("audit", "thanks"),
    "timezone": pgettext_lazy("audit", "time zone"),
    "to": pgettext_lazy("audit", "to"),
    "via": pgettext_lazy("audit", "by way of"),
    "voices": pgettext_lazy("audit", "voices"),
    "wave": pgettext_lazy("audit", "wave"),
    "why": pgettext_lazy("audit", "why"),
}
MEANT: Final[Mapping[str, Any]] = {
    **TASKS,
    Role.AGENT: gettext_lazy("Agent"),
    Role.MANAGER: gettext_lazy("Manager"),
    Role.ADMIN: gettext_lazy("Admin"),
    "accounts": pgettext_lazy("audit", "accounts"),
    "cli": pgettext_lazy("audit", "the command line"),
    "console": pgettext_lazy("audit", "the console"),
    "customers": pgettext_lazy("audit", "customers"),
    "events": pgettext_lazy("audit", "events"),
    "export": pgettext_lazy("audit", "export"),
    "feed": pgettext_lazy("audit", "feed"),
    "folder": pgettext_lazy("audit", "folder"),
    "imap": pgettext_lazy("audit", "mailbox"),
    "kiosk": pgettext_lazy("audit", "tablet"),
    "line": pgettext_lazy("audit", "phone line"),
    "qr": pgettext_lazy("audit", "printed code"),
    "site": pgettext_lazy("audit", "web site"),
    "sql": pgettext_lazy("audit", "database"),
    "voices": pgettext_lazy("audit", "voices"),
    "transcripts": pgettext_lazy("audit", "conversations"),
    "responses": pgettext_lazy("audit", "responses"),
    "by_hand": pgettext_lazy("audit", "somebody wanted it"),
    "gone": pgettext_lazy("audit", "it answered that it is gone"),
    "failing": pgettext_lazy("audit", "it failed for days"),
    "better": gettext_lazy("it did better on examples it had not seen"),
    "chosen": gettext_lazy("somebody chose it"),
    "rolled_back": gettext_lazy("somebody went back to it"),
}
CODED: Final = frozenset({"from", "kind", "labels", "reason", "role", "scopes", "table", "to", "via", "why"})
"""Of these the value is a code of ours; every other value is as somebody wrote it."""
UNTOLD: Final = frozenset({"share", "task", "thanks"})
"""Numbers of rows that no page shows, which say nothing to a reader; a job's task stands for the job itself."""
PLACE: Final[Mapping[str, int]] = {"kind": -2, "before": 1, "from": 1, "after": 2, "into": 2, "to": 2}
"""What comes before what: PostgreSQL keeps the keys of JSON in an order of its own, “to” before “from”."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """One entry in words; `code` is what the log holds."""

    entry: AuditEntry
    did: str
    code: str
    to: str
    href: str
    detail: str


def told_of(entries: Iterable[AuditEntry], *, workspace_id: int) -> list[Told]:
    """Entries in words, with what they are about by its present name."""
    entries = list(entries)
    names = _names(entries, workspace_id)
    return [_told(entry, names) for entry in entries]


Names = Mapping[str, Mapping[str, str]]  # kind -> number -> name
Found = Iterable[tuple[Any, str]]
NAMED: Final[Mapping[str, Callable[[int, Iterable[str]], Found]]] = {
    "channel": lambda _here, keys: ((each, str(channel_name(each))) for each in keys),
    "erasure": lambda _here, keys: ((each, f"{each[:12]}…") for each in keys),  # as its own list shows it
    "import": lambda here, keys: imports_of(here).filter(pk__in=keys).values_list("pk", "filename"),
    "inbound": lambda here, _keys: sources(workspace_id=here).values_list("pk", "name"),
    "key": lambda here, _keys: AccessKey.objects.in_workspace(here).values_list("pk", "name"),
    "mapping": lambda here, keys: SavedMapping.objects.in_workspace(here).filter(pk__in=keys).values_list("pk", "name"),
    "member": lambda here, _keys: (
        (each.pk, str(each.user)) for each in Membership.objects.in_workspace(here).select_related("user")
    ),
    "place": lambda here, _keys: places(workspace_id=here).values_list("pk", "name"),
    "slot": lambda _here, keys: ((each, task_word(each)) for each in keys),
    "source": lambda here, _keys: sources_of(here).values_list("pk", "name"),
    "study": lambda here, _keys: studies(workspace_id=here).values_list("key", "name"),
    "tag": lambda here, _keys: every_tag(workspace_id=here).values_list("pk", "name"),
    "team": lambda here, _keys: Team.objects.in_workspace(here).values_list("pk", "name"),
    "theme": lambda here, keys: (
        (each.pk, name_of(each)) for each in Theme.objects.in_workspace(here).filter(pk__in=keys)
    ),
    "touchpoint": lambda here, _keys: (
        (each.pk, local_name(each)) for each in touchpoints(workspace_id=here, with_archived=True)
    ),
    "webhook": lambda here, keys: (
        (each.pk, _webhook(each)) for each in Endpoint.objects.in_workspace(here).filter(pk__in=keys)
    ),
}
"""By workspace and what the log calls them; a workspace has few of what is read whole."""


def _webhook(endpoint: Endpoint) -> str:
    """As people described it, or its host: the rest of an address may be a secret of the other side."""
    return endpoint.description or urlsplit(endpoint.url).hostname or str(endpoint.pk)


def _names(entries: Iterable[AuditEntry], workspace_id: int) -> Names:
    """Of the kinds that a page speaks of; what is no more keeps its number."""
    keys: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        kind, _colon, key = entry.subject.partition(":")
        keys[kind].add(key)
        if "member" in entry.detail or "members" in entry.detail:
            keys["member"].add("")
    found = {kind: NAMED[kind](workspace_id, keys[kind]) for kind in keys if kind in NAMED}
    return {kind: {str(key): name for key, name in pairs} for kind, pairs in found.items()}


def _told(entry: AuditEntry, names: Names) -> Told:
    kind, _colon, number = entry.subject.partition(":")
    detail = [(name, value) for name, value in _detail(entry, names) if value]
    return Told(
        entry=entry,
        did=str(DID.get(entry.verb, entry.verb)),
        code=entry.verb,
        to=_to(entry, names),
        href=_href(kind, number, entry.detail.get("kind")),
        detail=" · ".join(_("%(name)s: %(value)s") % {"name": name, "value": value} for name, value in detail),
    )


def _to(entry: AuditEntry, names: Names) -> str:
    """What it was done to; a job is gone soon, so the entry itself says what it did."""
    kind, _colon, number = entry.subject.partition(":")
    if kind == "job" and "task" in entry.detail:
        return job_words(entry.detail["task"])
    if kind not in TO:
        return _value(entry.subject, is_coded=True)
    return str(TO[kind]) % {"id": names.get(kind, {}).get(number, number)}


def _href(kind: str, number: str, of: object) -> str:
    """Where it is shown; a site is kept as a place and has a page of its own."""
    if (kind, of) == ("place", "site"):
        return f"/settings/widget/{number}"
    return f"{PAGES[kind]}{number}" if kind in PAGES else ""


def _detail(entry: AuditEntry, names: Names) -> list[tuple[str, str]]:
    said = sorted(entry.detail.items(), key=lambda named: PLACE.get(named[0], 0))
    return [
        (
            str(ABOUT.get(name, name.replace("_", " "))),
            _value(
                value,
                is_coded=name in CODED,
                names=names.get("member", {}) if name in ("member", "members") else {},
            ),
        )
        for name, value in said
        if name not in UNTOLD
    ]


def _value(value: object, *, is_coded: bool, names: Mapping[str, str] | None = None) -> str:
    """As people write it: yes and no, lists with commas, codes by their words, members by name."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list | tuple):
        return pgettext("list", ", ").join(_value(each, is_coded=is_coded, names=names) for each in value)
    if names and (name := names.get(str(value))):
        return name
    return str(MEANT.get(value, value)) if is_coded and isinstance(value, str) else str(value)
