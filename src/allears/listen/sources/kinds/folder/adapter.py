"""Files that are dropped into a folder of this machine or a bucket, each carried in once."""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from allears.listen.sources.base import Errand, Page, SettingField, SettingsError, SourceTrouble, Table
from allears.listen.sources.kinds.folder.places import Found, Place, opened
from allears.listen.sources.kinds.sql.adapter import ROW_KINDS
from allears.listen.sources.kinds.sql.database import located

QUIET = timedelta(seconds=60)  # a file untouched for so long is whole; a younger one must look the same twice
DONE, FAILED = "done", "failed"


class FolderAdapter:
    """The kind ``folder``."""

    name = "folder"
    label = _("Folder")
    summary = _("Files dropped into a folder or an S3-compatible bucket")
    icon = "download"
    every_seconds = 300
    origin = ("place", "path", "endpoint")
    fields = (
        SettingField(
            name="place",
            label=_("Where"),
            type="choice",
            default="local",
            choices=(("local", _("a folder of this machine")), ("s3", _("an S3-compatible bucket"))),
        ),
        SettingField(
            name="path",
            label=_("Folder"),
            required=True,
            help=_("Its full path, inside a folder that sources may read; for S3 bucket/folder."),
        ),
        SettingField(name="pattern", label=_("Files"), default="*", help=_("For example reviews-*.csv.")),
        SettingField(name="rows", label=_("Rows are"), type="choice", default="voices", choices=ROW_KINDS),
        SettingField(
            name="mapping",
            label=_("Mapping"),
            type="mapping",
            default={},
            help=_("Which column means what, as for a file (docs/import.md); what is not named is proposed."),
        ),
        SettingField(name="open_cases", label=_("Bad voices open cases"), type="flag", default=False),
        SettingField(
            name="after",
            label=_("Files that were read"),
            type="choice",
            default="leave",
            choices=(("leave", _("stay where they are")), ("move", _("are moved into the folder “done”"))),
        ),
        SettingField(
            name="endpoint",
            label=_("S3: address"),
            help=_("Empty for Amazon; else for example https://minio.example.com."),
        ),
        SettingField(name="region", label=_("S3: region"), default="us-east-1"),
        SettingField(name="access_key", label=_("S3: access key"), type="secret"),
        SettingField(name="secret_key", label=_("S3: secret key"), type="secret"),
    )

    def check(self, settings: Mapping[str, Any]) -> None:
        if settings["place"] == "local":
            try:
                located(settings["path"])
            except SourceTrouble as error:
                raise SettingsError(
                    "path", _("This folder is not among those that this installation lets sources read.")
                ) from error
        elif settings["endpoint"] and not settings["endpoint"].startswith(("http://", "https://")):
            raise SettingsError("endpoint", _("Write the address in full, beginning with https://."))
        if "/" in settings["pattern"]:
            raise SettingsError("pattern", _("The pattern is for names, without a folder."))

    def pages(self, errand: Errand) -> Iterator[Page]:
        """One file a page, in the order of names. The cursor remembers what was seen, and how large it was then."""
        place = opened(errand.settings, errand.secret)
        files = place.files(errand.settings["pattern"])
        errand.scratch.mkdir(parents=True, exist_ok=True)
        if errand.trial:
            for found in files[-1:]:
                yield Page(cursor={}, table=self._table(place, found, errand)[0])
            return
        before = {name: each for name, each in errand.cursor.items() if name in {every.name for every in files}}
        seen = {found.name: [found.size, found.stamp, before.get(found.name, [0, 0, ""])[2]] for found in files}
        for name, each in seen.items():
            if name in before and before[name][:2] != each[:2]:
                each[2] = ""  # changed since: a new file under an old name
        waiting = 0
        for found in files:
            if seen[found.name][2] and errand.settings["after"] != "move":
                continue  # a file that was to be moved and is still there was left by a crash: move it now
            if not place.whole_at_once and not _is_quiet(found, before.get(found.name), errand.now):
                waiting += 1
                continue
            yield self._page(place, found, errand, seen)
        if waiting or seen != errand.cursor:
            yield Page(cursor=_copied(seen), aside={"unfinished": waiting} if waiting else {})

    def _page(self, place: Place, found: Found, errand: Errand, seen: dict[str, list[Any]]) -> Page:
        table, digest = self._table(place, found, errand)
        moves = errand.settings["after"] == "move"
        seen[found.name][2] = "taken"

        def move(folder: str) -> None:
            table.path.unlink(missing_ok=True)
            if moves:
                place.move(found, folder)

        if errand.known_content(digest):
            return Page(cursor=_copied(seen), aside={"repeated": 1}, after=lambda: move(DONE))
        return Page(cursor=_copied(seen), table=table, after=lambda: move(DONE), after_refused=lambda: move(FAILED))

    def _table(self, place: Place, found: Found, errand: Errand) -> tuple[Table, str]:
        name = hashlib.sha256(found.name.encode()).hexdigest()[:16]
        target = errand.scratch / f"{name}{''.join(Path(found.name).suffixes[-2:])[:20]}"
        digest = place.fetch(found, target)
        table = Table(
            path=target,
            filename=found.name,
            kind=errand.settings["rows"],
            mapping={"open_cases": errand.settings["open_cases"], **errand.settings["mapping"]},
            file_time=datetime.fromtimestamp(found.stamp / 1e9, UTC) if found.stamp else errand.now,
        )
        return table, digest


def _copied(seen: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
    return {name: list(each) for name, each in seen.items()}


def _is_quiet(found: Found, before: list[Any] | None, now: datetime) -> bool:
    age = now - datetime.fromtimestamp(found.stamp / 1e9, UTC)
    return age >= QUIET or (before is not None and before[:2] == [found.size, found.stamp])


ADAPTER = FolderAdapter()
