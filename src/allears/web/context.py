"""What every console page knows: where one can go, in which workspace, in which words."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.http import HttpRequest
from django.urls import Resolver404, resolve
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from allears.accounts.access import Access, memberships_of
from allears.accounts.models import Role


@dataclass(frozen=True)
class Place:
    """A page of the navigation; ``dock`` says whether it stands in the phone's bottom bar."""

    href: str
    label: Any
    icon: str
    least: Role
    dock: bool = False
    starts_group: bool = False


PLACES = (
    Place("/", gettext_lazy("Home"), "house", Role.MANAGER, dock=True),
    Place("/desk", gettext_lazy("My desk"), "inbox", Role.AGENT, dock=True),
    Place("/listen", gettext_lazy("Live wall"), "radio", Role.AGENT, dock=True),
    Place("/understand", gettext_lazy("Understand"), "lightbulb", Role.MANAGER, dock=True, starts_group=True),
    Place("/moments", gettext_lazy("Moments"), "route", Role.MANAGER),
    Place("/respond", gettext_lazy("Cases"), "ticket", Role.MANAGER),
    Place("/customers", gettext_lazy("Customers"), "users", Role.MANAGER),
    Place("/client-accounts", gettext_lazy("Accounts"), "building-2", Role.MANAGER),
    Place("/probes", gettext_lazy("Probes"), "target", Role.MANAGER, starts_group=True),
    Place("/studies", gettext_lazy("Studies"), "chart-no-axes-column", Role.MANAGER),
    Place("/surveys", gettext_lazy("Surveys"), "list-checks", Role.MANAGER),
    Place("/listen/coverage", gettext_lazy("Coverage"), "radio", Role.MANAGER),
    Place("/listen/listeners", gettext_lazy("Who listens"), "ear", Role.MANAGER),
    Place("/decisions", gettext_lazy("Decisions"), "scale", Role.MANAGER),
    Place("/imports", gettext_lazy("Imports"), "upload", Role.MANAGER),
    Place("/exports", gettext_lazy("Exports"), "download", Role.MANAGER),
    Place("/loyalty", gettext_lazy("Loyalty"), "heart", Role.MANAGER, starts_group=True),
    Place("/people", gettext_lazy("Team"), "hand-heart", Role.MANAGER),
    Place("/plan", gettext_lazy("Plan"), "chart-line", Role.MANAGER),
    Place("/settings", gettext_lazy("Settings"), "settings", Role.MANAGER, starts_group=True),
)

SETTINGS_PLACES = (
    Place("/settings", gettext_lazy("Workspace"), "building-2", Role.MANAGER),
    Place("/settings/members", gettext_lazy("Members"), "users", Role.ADMIN),
    Place("/settings/teams", gettext_lazy("Teams"), "users", Role.MANAGER),
    Place("/settings/intake", gettext_lazy("Intake"), "inbox", Role.ADMIN),
    Place("/settings/keys", gettext_lazy("Keys"), "key-round", Role.ADMIN),
    Place("/decisions/policy", gettext_lazy("Contact rules"), "scale", Role.MANAGER),
    Place("/respond/settings", gettext_lazy("Service promises"), "clock", Role.MANAGER),
    Place("/settings/sources", gettext_lazy("Sources"), "download", Role.ADMIN),
    Place("/settings/channels", gettext_lazy("Channels"), "radio", Role.ADMIN),
    Place("/settings/widget", gettext_lazy("Widget"), "ear", Role.ADMIN),
    Place("/settings/places", gettext_lazy("Codes and kiosks"), "target", Role.MANAGER),
    Place("/settings/inbound", gettext_lazy("Inbound webhooks"), "upload", Role.ADMIN),
    Place("/settings/webhooks", gettext_lazy("Webhooks"), "radio", Role.ADMIN),
    Place("/settings/outside-model", gettext_lazy("Outside model"), "lightbulb", Role.ADMIN),
    Place("/settings/identity", gettext_lazy("Identity"), "user", Role.ADMIN),
    Place("/settings/merges", gettext_lazy("Merges"), "split", Role.MANAGER),
    Place("/settings/retention", gettext_lazy("Retention"), "clock", Role.ADMIN),
    Place("/settings/erasures", gettext_lazy("Erasures"), "shield-check", Role.ADMIN),
    Place("/settings/text", gettext_lazy("Reading"), "sparkles", Role.MANAGER),
    Place("/settings/tags", gettext_lazy("Tags"), "tag", Role.MANAGER),
    Place("/settings/data", gettext_lazy("Data"), "chart-line", Role.MANAGER),
    Place("/settings/jobs", gettext_lazy("Queue"), "list-checks", Role.ADMIN),
    Place("/settings/audit", gettext_lazy("Audit log"), "history", Role.ADMIN),
    Place("/settings/mailbox", gettext_lazy("Mailbox"), "inbox", Role.ADMIN),
    Place("/settings/components", gettext_lazy("Components"), "palette", Role.ADMIN),
)


# A page that stands in no group belongs to the first.
SETTINGS_GROUPS = (
    (
        gettext_lazy("Company"),
        {"/settings", "/settings/members", "/settings/teams", "/settings/keys", "/settings/audit"},
    ),
    (
        gettext_lazy("What comes in"),
        {
            "/settings/intake",
            "/settings/sources",
            "/settings/inbound",
            "/settings/mailbox",
            "/settings/widget",
            "/settings/places",
        },
    ),
    (
        gettext_lazy("What goes out"),
        {"/decisions/policy", "/respond/settings", "/settings/webhooks", "/settings/channels"},
    ),
    (gettext_lazy("Text analysis"), {"/settings/text", "/settings/tags", "/settings/outside-model"}),
    (
        gettext_lazy("Customers and data"),
        {"/settings/identity", "/settings/merges", "/settings/retention", "/settings/erasures", "/settings/data"},
    ),
    (gettext_lazy("The system"), {"/settings/jobs", "/settings/components"}),
)


@lru_cache(maxsize=256)
def exists(href: str) -> bool:
    """Only pages that are there are shown."""
    try:
        resolve(href)
    except Resolver404:
        return False
    return True


def is_current(href: str, path: str) -> bool:
    return path == href if href == "/" else path == href or path.startswith(f"{href}/")


def places(access: Access, path: str) -> list[dict[str, Any]]:
    """The navigation for one person, the present page marked; of two that lead to it, the nearer one."""
    shown = [place for place in PLACES if access.may(place.least) and exists(place.href)]
    here = max((place.href for place in shown if is_current(place.href, path)), key=len, default="")
    return [{"place": place, "current": place.href == here} for place in shown]


def start_page(access: Access) -> str:
    """Where this person begins: the first page of their navigation."""
    return next((place.href for place in PLACES if access.may(place.least) and exists(place.href)), "/settings/profile")


def settings_places(access: Access, path: str) -> list[dict[str, Any]]:
    """The pages under Settings, for one person; the deepest that holds the path is current."""
    mine = [place for place in SETTINGS_PLACES if access.may(place.least) and exists(place.href)]
    holding = [place for place in mine if place.href != "/settings" and is_current(place.href, path)]
    current = max(holding, key=lambda place: len(place.href), default=None)
    return [{"place": each, "group": _group_of(each), "current": each is current or each.href == path} for each in mine]


def _group_of(place: Place) -> Any:
    return next((label for label, hrefs in SETTINGS_GROUPS if place.href in hrefs), SETTINGS_GROUPS[0][0])


def settings_groups(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The groups that have a page for this person, each leading to its first; the present page's is current."""
    present = next((each["group"] for each in found if each["current"]), None)
    return [
        {"label": label, "href": pages[0]["place"].href, "pages": pages, "current": label == present}
        for label, _hrefs in SETTINGS_GROUPS
        if (pages := [each for each in found if each["group"] == label])
    ]


def words() -> dict[str, str]:
    """The few words that scripts say by themselves."""
    return {
        "undo": _("Undo"),
        "close": _("Close"),
        "copied": _("Copied"),
        "copy_by_hand": _("The browser did not allow copying. The text is selected: press Ctrl C."),
        "forbidden": _("Your role does not allow this. Nothing was changed; an admin can change your role."),
        "gone": _("This is no longer here. Someone may have removed it; reload the page to see what is."),
        "conflict": _("Someone else changed this meanwhile. Nothing of yours was saved; reload and look again."),
        "slow_down": _("Too many requests at once. Wait a moment, then try again."),
        "server_error": _("The server could not do this. What you typed is still here; try again in a moment."),
        "unreachable": _("All Ears cannot be reached. What you typed is still here; check the connection."),
        "low_base": _("low base"),
        "live_live": _("live"),
        "live_paused": _("paused"),
        "live_lost": _("reconnecting…"),
        "pause": _("Pause"),
        "resume": _("Resume"),
        "new_voices": _("%s new"),
    }


def console(request: HttpRequest) -> dict[str, Any]:
    """Context processor: ``theme`` always; ``access``, ``nav`` and ``workspaces`` inside the console."""
    theme = request.COOKIES.get("theme", "")
    access = getattr(request, "access", None)
    context: dict[str, Any] = {"theme": theme if theme in {"light", "dark"} else "", "access": access, "words": words}
    if access is not None:
        nav = places(access, request.path)
        context["nav"] = nav
        context["dock"] = [each for each in nav if each["place"].dock]
        context["rest"] = [each for each in nav if not each["place"].dock]
        context["settings_nav"] = settings_groups(settings_places(access, request.path))
        context["workspaces"] = SimpleLazyObject(lambda: memberships_of(access.user))
    return context
