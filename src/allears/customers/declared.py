"""Where personal data stands in customers and in the packages below it, which must not know this one."""

from django.utils.translation import gettext_noop

from allears.customers.personal import Erase, Harmless, PersonalIndex, PersonalTable, typed_by_staff

TABLES = (
    PersonalTable(
        model="customers.Identifier",
        customer="customer",
        columns=("value",),
        erase=Erase.DELETE,
        label=gettext_noop("Known by"),
    ),
    PersonalTable(
        model="customers.ConsentRecord",
        customer="customer",
        columns=(),
        erase=Erase.DELETE,
        label=gettext_noop("Consent"),
    ),
    PersonalTable(
        model="customers.AttributeValue",
        customer="customer",
        columns=("value",),
        erase=Erase.DELETE,
        kind="attributes",
        at="valid_from",
        label=gettext_noop("Attributes over time"),
    ),
    PersonalTable(
        model="customers.Contact",
        customer="customer",
        columns=("role",),
        erase=Erase.DELETE,
        label=gettext_noop("Accounts"),
    ),
    PersonalTable(
        model="customers.ClientAccount",
        columns=("key", "name", "traits"),
        erase=Erase.MENTIONS,
        label=gettext_noop("Account"),
    ),
    PersonalTable(
        model="customers.Merge",
        customer="kept",
        columns=("moved", "reason"),
        erase=Erase.DELETE,
        label=gettext_noop("Merges"),
    ),
    PersonalTable(
        model="customers.Customer",
        customer="id",
        columns=("key", "name", "email", "phone", "language", "timezone", "segment", "attributes"),
        erase=Erase.DELETE,
        label=gettext_noop("Profile"),
    ),
    PersonalTable(
        model="accounts.AuditEntry",
        columns=("subject", "detail"),
        erase=Erase.MENTIONS,
        kind="audit",
        at="at",
        label=gettext_noop("Audit log"),
    ),
    PersonalTable(
        model="customers.Movement", customer="customer", label=gettext_noop("Movements between segments and tiers")
    ),
    PersonalTable(
        model="jobs.Job",
        columns=("arguments", "last_error", "unique_key"),
        erase=Erase.MENTIONS,
        label=gettext_noop("Jobs"),
    ),
    typed_by_staff("accounts.AccessKey", ("name",), label=gettext_noop("API keys")),
    typed_by_staff("teams.Team", ("name",), label=gettext_noop("Teams"), home="accounts.teams"),
    PersonalTable(
        model="jobs.KeptReply",
        columns=("body",),
        erase=Erase.ALL,
        label=gettext_noop("Kept API replies"),
    ),
)

_MEMBERS = "sign-in data of members of the company, who are no customers"
_OURS = "names that we chose, never what a customer said"
HARMLESS = (
    Harmless(model="auth.Permission", columns=("name", "codename"), because=_OURS),
    Harmless(model="auth.Group", columns=("name",), because=_OURS),
    Harmless(model="contenttypes.ContentType", columns=("app_label", "model"), because=_OURS),
    Harmless(model="sessions.Session", columns=("session_key", "session_data"), because=_MEMBERS),
    Harmless(model="account.EmailAddress", columns=("email",), because=_MEMBERS),
    Harmless(model="account.EmailConfirmation", columns=("key",), because=_MEMBERS),
    Harmless(model="jobs.Job", columns=("task", "queue", "lease_owner", "request"), because=_OURS),
    Harmless(model="jobs.WorkerLease", columns=("name", "owner"), because=_OURS),
    Harmless(model="jobs.LakeHead", columns=("table",), because=_OURS),
    Harmless(model="customers.Movement", columns=("before", "after"), because="names of segments, tiers and stages"),
    Harmless(model="jobs.LakeDirty", columns=("table",), because=_OURS),
    Harmless(model="jobs.LakeRollup", columns=("rollup", "zone", "difference"), because=_OURS),
    Harmless(
        model="jobs.LakeErasure",
        columns=("customer_key",),
        because="the pseudonym of somebody being erased; the row goes when no file of the lake holds it any more",
    ),
    Harmless(model="jobs.ScheduleMark", columns=("task",), because=_OURS),
    Harmless(model="jobs.KeptReply", columns=("scope", "request"), because="digests of an API key and of a body"),
    Harmless(model="jobs.KeptReply", columns=("content_type",), because=_OURS),
    Harmless(
        model="accounts.Workspace",
        columns=("slug", "name", "language", "timezone", "success_statement"),
        because="the company's own",
    ),
    Harmless(model="accounts.User", columns=("password", "email", "name", "language"), because=_MEMBERS),
    Harmless(model="accounts.MemberInvite", columns=("email", "token_hash"), because=_MEMBERS),
    Harmless(model="accounts.SignInLink", columns=("token_hash",), because=_MEMBERS),
    Harmless(model="accounts.AccessKey", columns=("prefix", "key_hash", "scopes"), because="keys of our systems"),
    Harmless(model="accounts.AuditEntry", columns=("verb",), because=_OURS),
    Harmless(model="customers.Identifier", columns=("kind",), because="a code"),
    Harmless(model="customers.AttributeValue", columns=("name", "source"), because="the name of a trait; a code"),
    Harmless(
        model="customers.IdentityRules", columns=("region", "completed_with", "keys"), because="the company's own rules"
    ),
    Harmless(model="customers.Retention", columns=("days",), because="the company's own periods"),
    Harmless(model="customers.Forgotten", columns=("kind", "digest"), because="a fingerprint under our secret key"),
    Harmless(
        model="customers.Erasure",
        columns=("reference", "via", "pending", "removed", "unread", "steps", "previous", "digest"),
        because="figures and digests; whom to look for is emptied when the erasure is done",
    ),
    Harmless(model="customers.CustomerKey", columns=("key",), because="a random key"),
    Harmless(model="customers.WorkspaceKey", columns=("key",), because="a random key"),
    Harmless(
        model="customers.ConsentRecord",
        columns=("channel", "purpose", "source"),
        because="codes; the row goes with its customer",
    ),
)

WORDS = PersonalIndex(
    table="customers_customerwords",
    sqlite="INSERT INTO customers_customerwords (customers_customerwords) VALUES ('optimize')",
)
