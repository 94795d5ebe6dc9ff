"""Where asks, answers and voices hold personal data. Scores, times and codes stay as anonymous facts."""

from allears.customers.personal import Erase, Harmless, PersonalTable

DECLARED = (
    PersonalTable(
        model="listen.Voice",
        customer="customer",
        columns=("text", "attributes"),
        renew=("key",),
        erase=Erase.BLANK,
        kind="voices",
        at="said_at",
        label="Voices",
    ),
    PersonalTable(
        model="listen.Response",
        customer="customer",
        columns=("answers",),
        renew=("key",),
        erase=Erase.BLANK,
        kind="voices",
        at="started_at",
        label="Answers",
    ),
    PersonalTable(
        model="listen.Invitation",
        customer="customer",
        columns=("snapshot",),
        renew=("token",),
        erase=Erase.BLANK,
        kind="messages",
        at="created_at",
        label="Invitations",
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
)
