"""Words for what would be lost with an import: the names by which ``undoing.losses`` counts, for people."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from allears.web.templatetags.ui import compact

BESIDES: Final[Mapping[str, Any]] = {
    "attachments": gettext_lazy("files in answers"),
    "letters": gettext_lazy("subjects and senders of mails"),
    "officials": gettext_lazy("matters of authorities"),
    "places in themes": gettext_lazy("places in themes"),
    "quota places": gettext_lazy("places in quotas"),
    "response originals": gettext_lazy("answers as they were before masking"),
    "shares": gettext_lazy("notes by which voices were passed on"),
    "thankss": gettext_lazy("thanks"),
    "turns": gettext_lazy("turns of conversations"),
    "voice editions": gettext_lazy("earlier wordings of voices"),
    "voice files": gettext_lazy("photos and files"),
    "voice originals": gettext_lazy("voices as they were before masking"),
    "voice tags": gettext_lazy("tags on voices"),
}
"""What hangs on a voice or an answer and goes with it."""


def lost_words(losses: Mapping[str, int]) -> str:
    """“300 voices, 12 customers, tags on voices: 40”; empty when nothing goes."""
    return pgettext("list", ", ").join(_lost(name, count) for name, count in losses.items())


def _lost(name: str, n: int) -> str:
    counted = {
        "voices": ngettext("%(shown)s voice", "%(shown)s voices", n),
        "responses": ngettext("%(shown)s response", "%(shown)s responses", n),
        "events": ngettext("%(shown)s event", "%(shown)s events", n),
        "customers": ngettext("%(shown)s customer", "%(shown)s customers", n),
        "touchpoints": ngettext("%(shown)s touchpoint", "%(shown)s touchpoints", n),
        "rows in quarantine": ngettext("%(shown)s row in quarantine", "%(shown)s rows in quarantine", n),
    }
    if name in counted:
        return counted[name] % {"shown": compact(n)}
    return _("%(name)s: %(value)s") % {"name": BESIDES.get(name, name), "value": compact(n)}
