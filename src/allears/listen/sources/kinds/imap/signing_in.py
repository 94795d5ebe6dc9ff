"""OAuth 2.0 for mailboxes: a token from the identity service (RFC 6749), shown to the mail server by XOAUTH2.

Microsoft 365 and Google take no passwords any more from programs that read mail.
"""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from allears.listen.sources.base import Errand, SettingField, SettingsError, SourceTrouble
from allears.listen.sources.fetching import post_form

OURSELVES = frozenset({"localhost", "127.0.0.1", "::1"})  # a secret travels no other way unencrypted
MICROSOFT = "login.microsoftonline.com"
AS_ITSELF = "https://outlook.office365.com/.default"  # the scope Microsoft wants of an application without a person
FIELDS = (
    SettingField(
        name="sign_in",
        label=_("Sign-in"),
        type="choice",
        default="password",
        choices=(("password", _("with the password")), ("oauth", _("with OAuth 2.0 (Microsoft 365, Google)"))),
    ),
    SettingField(name="password", label=_("Password"), type="secret", sign_in="password"),
    SettingField(
        name="token_url",
        sign_in="oauth",
        label=_("Address for tokens"),
        help=_(
            "OAuth 2.0 only. Microsoft: https://login.microsoftonline.com/TENANT/oauth2/v2.0/token,"
            " Google: https://oauth2.googleapis.com/token."
        ),
    ),
    SettingField(
        name="client_id",
        sign_in="oauth",
        label=_("Client id"),
        help=_("OAuth 2.0 only: of the application registered there."),
    ),
    SettingField(name="client_secret", sign_in="oauth", label=_("Client secret"), type="secret"),
    SettingField(
        name="refresh_token",
        sign_in="oauth",
        label=_("Refresh token"),
        type="secret",
        help=_("Empty: the application signs in by itself, which Microsoft 365 allows (client credentials)."),
    ),
    SettingField(name="scope", sign_in="oauth", label=_("Scope"), help=_("May be left empty.")),
)


def check(settings: Mapping[str, Any]) -> None:
    """Raise SettingsError where OAuth lacks something."""
    if settings["sign_in"] != "oauth":
        return
    parts = urlsplit(settings["token_url"])
    if not parts.hostname or (parts.scheme != "https" and parts.hostname not in OURSELVES):
        raise SettingsError("token_url", _("Give the address in full, beginning with https://."))
    if not settings["client_id"]:
        raise SettingsError("client_id", _("OAuth 2.0 needs the id of the application that you registered."))


def access_token(errand: Errand) -> str:
    """A token for one look; raises SourceTrouble in the words of the identity service.

    Where it hands out a new refresh token, that one is kept instead of the old one.
    """
    given, kept = errand.settings, errand.secret.get("refresh_token", "")
    form = {"client_id": given["client_id"], "client_secret": errand.secret.get("client_secret", "")}
    form |= {"grant_type": "refresh_token", "refresh_token": kept} if kept else {"grant_type": "client_credentials"}
    host = urlsplit(given["token_url"]).hostname or ""
    if scope := given["scope"] or (AS_ITSELF if host == MICROSOFT and not kept else ""):
        form["scope"] = scope
    status, body = post_form(given["token_url"], {name: value for name, value in form.items() if value})
    answer = _read(body)
    token = answer.get("access_token")
    if status != 200 or not isinstance(token, str):
        reason = str(answer.get("error_description") or answer.get("error") or status).splitlines()[0]
        raise SourceTrouble("no_token", permanent=status in {400, 401, 403, 404}, host=host, reason=reason)
    renewed = answer.get("refresh_token")
    if kept and isinstance(renewed, str) and renewed not in ("", kept):
        errand.renewed({"refresh_token": renewed})
    return token


def _read(body: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(body)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}
