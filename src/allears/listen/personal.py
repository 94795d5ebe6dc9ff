"""Where asks, answers and voices hold personal data. Scores, times and codes stay as anonymous facts."""

from django.utils.translation import gettext_noop

from allears.customers.personal import Erase, Harmless, PersonalFiles, PersonalTable

DECLARED = (
    PersonalTable(
        model="listen.Voice",
        customer="customer",
        columns=("text", "attributes"),
        renew=("key",),
        erase=Erase.BLANK,
        kind="voices",
        at="said_at",
        label=gettext_noop("Voices"),
    ),
    PersonalTable(
        model="listen.Response",
        customer="customer",
        columns=("answers",),
        renew=("key",),
        erase=Erase.BLANK,
        kind="voices",
        at="started_at",
        label=gettext_noop("Answers"),
    ),
    PersonalTable(
        model="listen.Invitation",
        customer="customer",
        columns=("snapshot",),
        renew=("token",),
        erase=Erase.BLANK,
        kind="messages",
        at="created_at",
        label=gettext_noop("Invitations"),
    ),
    Harmless(model="listen.Survey", columns=("key", "name", "family"), because="the company's own words"),
    Harmless(model="listen.SurveyVersion", columns=("definition",), because="the company's own questions"),
    Harmless(
        model="listen.Probe",
        columns=("key", "name", "event_name", "conditions", "channel"),
        because="the company's own rule",
    ),
    Harmless(model="listen.Invitation", columns=("channel", "language"), because="codes"),
    Harmless(model="listen.Response", columns=("channel", "segment", "language", "metric"), because="codes and groups"),
    Harmless(
        model="listen.Voice",
        columns=("channel", "language", "segment", "metric", "sentiment"),
        because="codes and groups",
    ),
    PersonalTable(
        model="listen.Letter",
        customer="voice__customer",
        columns=("message_id", "answers", "marks"),
        erase=Erase.DELETE,
        kind="raw",
        at="received_at",
        label="Mails",
    ),
    PersonalTable(
        model="listen.Enclosure",
        customer="letter__voice__customer",
        columns=("name", "content"),
        erase=Erase.DELETE,
        kind="raw",
        at="received_at",
        label="Files that came with mails",
    ),
    PersonalFiles(
        name="enclosures",
        erase="allears.listen.sources.erasing.erase_enclosures",
        label="Files that came with mails",
    ),
    PersonalTable(
        model="listen.Source",
        columns=("name", "settings", "cursor", "trouble"),
        erase=Erase.MENTIONS,
        label="Sources",
    ),
    PersonalTable(
        model="listen.SourceRun",
        columns=("trouble",),
        erase=Erase.MENTIONS,
        kind="raw",
        at="started_at",
        label="Runs of sources",
    ),
    Harmless(model="listen.Source", columns=("kind", "sealed", "lease_owner"), because="codes, and a sealed password"),
    Harmless(model="listen.SourceRun", columns=("aside", "import_ids"), because="counts and numbers"),
    Harmless(model="listen.SourceFile", columns=("digest",), because="a digest"),
    Harmless(model="listen.Enclosure", columns=("type",), because="a code"),
)
