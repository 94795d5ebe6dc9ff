"""Where events, bodies, uploads and rows in quarantine hold personal data."""

from django.utils.translation import gettext_noop

from allears.customers.personal import Erase, Harmless, PersonalFiles, PersonalTable, typed_by_staff

DECLARED = (
    PersonalTable(
        model="events.Event",
        customer="customer",
        columns=("properties", "context"),
        erase=Erase.BLANK,
        kind="events",
        at="ts",
        label=gettext_noop("Events"),
    ),
    PersonalTable(
        model="events.IntakeRow",
        columns=("body",),
        erase=Erase.MENTIONS,
        label=gettext_noop("Intake log"),
    ),
    PersonalTable(
        model="events.QuarantinedRow",
        columns=("payload", "reason"),
        erase=Erase.DELETE,
        kind="raw",
        at="at",
        label=gettext_noop("Quarantine"),
    ),
    typed_by_staff("events.Import", ("filename", "mapping", "error"), label=gettext_noop("Imports")),
    typed_by_staff("events.Upload", ("filename", "wanted"), label=gettext_noop("Imports")),
    PersonalTable(
        model="events.Export",
        columns=("filters", "error"),
        erase=Erase.MENTIONS,
        label=gettext_noop("Exports"),
    ),
    typed_by_staff("events.SavedMapping", ("name", "columns", "mapping"), label=gettext_noop("Imports")),
    PersonalFiles(
        name="exports",
        erase="allears.events.exports.erasing.erase_exports",
        label=gettext_noop("Exports"),
    ),
    PersonalFiles(
        name="intake",
        erase="allears.events.erasing.erase_intake",
        find="allears.events.erasing.find_intake",
        feeds=True,
        label=gettext_noop("Intake log"),
    ),
    PersonalFiles(
        name="uploads",
        erase="allears.events.erasing.erase_uploads",
        find="allears.events.erasing.find_uploads",
        feeds=True,
        label=gettext_noop("Uploaded files"),
    ),
    Harmless(model="events.IntakeRow", columns=("kind",), because="a code"),
    Harmless(model="events.IntakeCursor", columns=("name",), because="the random name of a log"),
    Harmless(model="events.Event", columns=("type", "name"), because="what happened, never to whom"),
    Harmless(model="events.Event", columns=("message_key",), because="a digest"),
    Harmless(model="events.Import", columns=("kind", "path", "digest"), because="a code, a random name, a digest"),
    Harmless(model="events.Upload", columns=("kind", "path"), because="a code, a random name"),
    Harmless(model="events.ImportMark", columns=("subject",), because="a code"),
    Harmless(
        model="events.Export", columns=("table", "format", "language", "token", "state"), because="codes, a token"
    ),
    Harmless(model="events.SavedMapping", columns=("kind", "signature"), because="a code, a digest"),
    Harmless(model="events.QuarantinedRow", columns=("source", "field"), because="a code, a column's name"),
)
