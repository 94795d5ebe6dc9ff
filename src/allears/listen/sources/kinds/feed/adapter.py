"""Public voices from RSS, Atom, JSON Feed or any JSON list."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from allears.listen.sources.base import Errand, Page, SettingField, SettingsError
from allears.listen.sources.fetching import fetch
from allears.listen.sources.kinds.feed import reading

CONDITIONAL = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}
PAGE = 200


class FeedAdapter:
    """The kind ``feed``."""

    name = "feed"
    label = _("Feed")
    summary = _("Reviews, posts and press from RSS, Atom, JSON Feed or any JSON list")
    icon = "radio"
    every_seconds = 900
    origin = ("url", "items")
    fields = (
        SettingField(name="url", label=_("Address"), required=True, help=_("Begins with https://")),
        SettingField(
            name="source_kind",
            label=_("What comes from there"),
            type="choice",
            default="review",
            choices=(("review", _("Reviews")), ("social", _("Posts")), ("media", _("Press"))),
        ),
        SettingField(name="touchpoint", label=_("Touchpoint"), help=_("Its key; may be left empty.")),
        SettingField(name="worst", label=_("Worst rating"), type="number", default=1),
        SettingField(name="best", label=_("Best rating"), type="number", default=5),
        SettingField(
            name="token",
            label=_("Access token"),
            type="secret",
            help=_("Sent as a bearer token, where the service asks for one."),
        ),
        SettingField(
            name="items",
            label=_("JSON: where the list is"),
            help=_("A path such as data.reviews; empty for a list at the top, RSS, Atom and JSON Feed."),
        ),
        SettingField(
            name="paths",
            label=_("JSON: where the fields are"),
            type="mapping",
            default={},
            help=_('For example {"text": "body", "rating": "stars", "author": "user.name"}; the rest is found.'),
        ),
    )

    def check(self, settings: Mapping[str, Any]) -> None:
        if not str(settings["url"]).startswith(("http://", "https://")):
            raise SettingsError("url", _("Write the address in full, beginning with https://."))
        if settings["worst"] == settings["best"]:
            raise SettingsError("best", _("Worst and best rating must differ."))
        strange = sorted(set(settings["paths"]) - set(reading.NAMES))
        if strange:
            message = _("There is no field “%(name)s”. Known are: %(names)s.")
            raise SettingsError("paths", str(message) % {"name": strange[0], "names": ", ".join(reading.NAMES)})

    def pages(self, errand: Errand) -> Iterator[Page]:
        """One answer of the server, in pages; its validators are kept only once everything of it is."""
        url = errand.settings["url"]
        headers = {CONDITIONAL[name]: value for name, value in errand.cursor.items() if name in CONDITIONAL}
        if token := errand.secret.get("token"):
            headers["Authorization"] = f"Bearer {token}"
        found = fetch(url, headers={} if errand.trial else headers)
        if found.unchanged:
            return
        sayings, empty = reading.sayings(found.body, url=url, settings=errand.settings, now=errand.now)
        validators = {name: found.headers[name] for name in CONDITIONAL if name in found.headers}
        for start in range(0, max(len(sayings), 1), PAGE):
            last = start + PAGE >= len(sayings)
            yield Page(
                cursor=validators if last else {},
                sayings=sayings[start : start + PAGE],
                aside={"empty": empty} if last and empty else {},
            )


ADAPTER = FeedAdapter()
