"""Surveys of other systems: one door for all formats, with the report of what stayed behind."""

import json
from collections.abc import Mapping
from typing import Any, Literal, get_args

from django.utils.text import slugify
from django.utils.translation import gettext as _

from allears.listen.limesurvey import StructureError, from_limesurvey
from allears.listen.mending import Taken
from allears.listen.models import Survey
from allears.listen.surveyjs import from_surveyjs

Format = Literal["surveyjs", "limesurvey"]
FORMATS: tuple[Format, ...] = get_args(Format)
NAMES: Mapping[Format, str] = {"surveyjs": "SurveyJS", "limesurvey": "LimeSurvey"}
LARGEST = 4_000_000  # bytes


class ConversionError(ValueError):
    """What was given is no survey of its format; nothing was made."""


def convert(*, source: bytes | str | Mapping[str, Any], format_name: Format | None = None) -> tuple[Format, Taken]:
    """Our definition of another system's survey, and the format it was in (told by its content when not named).

    Raises ConversionError, or DefinitionError when nothing in it can be asked.
    """
    name = format_name or sniffed(source)
    if not isinstance(source, Mapping) and len(source) > LARGEST:
        raise ConversionError(_("The file is larger than a survey can be (4 MB). Nothing was taken over."))
    if name == "limesurvey":
        if isinstance(source, Mapping):
            raise ConversionError(_("LimeSurvey’s structure is given as text, tab-separated."))
        try:
            return name, from_limesurvey(source)
        except StructureError as error:
            raise ConversionError(_("This is no LimeSurvey structure: %(why)s") % {"why": error}) from error
    return name, _surveyjs(source)


def sniffed(source: bytes | str | Mapping[str, Any]) -> Format:
    """JSON is SurveyJS; a table whose headings name a class is LimeSurvey."""
    if isinstance(source, Mapping):
        return "surveyjs"
    start = source[:400].decode("utf-8", "ignore") if isinstance(source, bytes) else source[:400]
    return "surveyjs" if start.lstrip("\ufeff \t\r\n").startswith(("{", "[")) else "limesurvey"


def _surveyjs(source: bytes | str | Mapping[str, Any]) -> Taken:
    try:
        document = source if isinstance(source, Mapping) else json.loads(source)
    except (ValueError, RecursionError) as error:
        raise ConversionError(_("This is no JSON: %(why)s") % {"why": error}) from error
    try:
        return from_surveyjs(document)
    except (AttributeError, TypeError, RecursionError) as error:
        raise ConversionError(_("This is no SurveyJS survey: %(why)s") % {"why": error}) from error


def free_key(*, workspace_id: int, title: str) -> str:
    """A key for the survey that no other of the workspace has."""
    base = slugify(title)[:50] or "survey"
    taken = set(Survey.objects.in_workspace(workspace_id).values_list("key", flat=True))
    return next(key for number in range(1, 99_999) if (key := base if number == 1 else f"{base}-{number}") not in taken)
