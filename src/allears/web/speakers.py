"""Who the speakers of an imported transcript are: told by their words, and asked where those do not tell."""

from collections import defaultdict
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from allears.events.imports import uploads
from allears.events.models import Import
from allears.kit import dialogue, roles

SIDES = {dialogue.CUSTOMER: _("Customer"), dialogue.AGENT: _("Agent"), dialogue.BOT: _("Bot")}
TURNS_LOOKED_AT, MOST_SPEAKERS = 300, 12


def unnamed(row: Import) -> list[dict[str, Any]]:
    """Whose side no name tells, with what their words say and what was chosen."""
    talks: dict[str, list[tuple[str, str]]] = defaultdict(list)
    chosen = row.mapping["fields"].get("speaker", {}).get("values", {})
    for each in uploads.preview(row, count=TURNS_LOOKED_AT, chosen=False):
        if name := each.values.get("speaker", ""):
            talks[each.values.get("conversation", "")].append((name, each.values.get("text", "")))
    found: dict[str, set[str]] = defaultdict(set)
    for turns in talks.values():
        for name, side in roles.sides_by_words(turns).items():
            if not dialogue.side_of(name):
                found[name].add(side)
    return [
        {
            "name": name,
            "chosen": chosen.get(name) or "",
            "told": str(SIDES[next(iter(sides))]) if len(sides) == 1 and sides != {""} else "",
            "clear": "" not in sides,
        }
        for name, sides in sorted(found.items())[:MOST_SPEAKERS]
    ]


def chosen_in(form: QueryDict) -> dict[str, str]:
    """Who the speakers are, as chosen beside their names; empty where the words shall tell."""
    pairs = zip(form.getlist("speaker_name"), form.getlist("speaker_side"), strict=False)
    return {name: side for name, side in pairs if name and (not side or side in SIDES)}
