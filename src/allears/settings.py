"""All settings, read once from the environment. Mistakes are reported by system checks (`allears doctor`).

Every ``ALLEARS_*`` variable is described in ``docs/settings.md``; a test compares the two.
"""

import os
import re
import secrets
from pathlib import Path
from urllib.parse import unquote, urlsplit

# Mistakes found while reading, as (what is wrong, what to do); `store.checks` reports them.
PROBLEMS: list[tuple[str, str]] = []
_YES, _NO = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}


def _text(name: str, default: str) -> str:
    """A setting that cannot be empty: a lost value must not pass for a wish."""
    value = os.environ.get(name, default).strip()
    if not value:
        PROBLEMS.append((f"{name} is empty", f"write for example {name}={default}, or leave it out"))
    return value or default


def _flag(name: str, *, default: bool) -> bool:
    value = os.environ.get(name, "on" if default else "off").strip().lower()
    if value not in _YES | _NO:
        PROBLEMS.append((f"{name}={value} is neither on nor off", f"write {name}=on or {name}=off"))
    return value in _YES if value in _YES | _NO else default


def _number(name: str, default: int, *, least: int = 0, most: int = 2**62) -> int:
    value = os.environ.get(name, str(default)).strip()
    good = f"write for example {name}={default}"
    if not re.fullmatch(r"[0-9]{1,20}", value):
        PROBLEMS.append((f"{name}={value} is not a whole number", good))
        return default
    if not least <= int(value) <= most:
        PROBLEMS.append((f"{name}={value} is not between {least} and {most}", good))
        return default
    return int(value)


def _web_address(name: str, default: str) -> str:
    value = _text(name, default).rstrip("/")
    if not _is_web_address(value):
        PROBLEMS.append((f"{name}={value} is not a web address", f"write {name}=https://ears.example.com"))
    return value


def _is_web_address(value: str) -> bool:
    """``http(s)://host[:port]``, as it can stand before every path of ours."""
    try:
        parts = urlsplit(value)
        named = bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return False
    return named and parts.scheme in ("http", "https") and not re.search(r"[\s?#@\\]", value)


def _secret_key(data_dir: Path) -> str:
    """The signing key: from the environment, else kept in the data folder so that links survive a restart."""
    if key := os.environ.get("ALLEARS_SECRET_KEY"):
        return key
    if key == "":
        PROBLEMS.append(("ALLEARS_SECRET_KEY is empty", "give all nodes the same long random text, or leave it out"))
    path = data_dir / "secret_key"
    if path.exists():
        return path.read_text().strip()
    key = secrets.token_urlsafe(48)
    if data_dir.is_dir():
        path.touch(mode=0o600)
        path.write_text(key)
    return key


_POSTGRES_FORM = "write DATABASE_URL=postgresql://user:password@host:5432/name, or leave it out for SQLite"


def _postgres(url: str) -> dict[str, object]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:  # a port that is none
        parts, port = urlsplit(""), None
    if parts.scheme not in {"postgresql", "postgres"} or not parts.path.strip("/"):
        PROBLEMS.append(("DATABASE_URL is not the address of a PostgreSQL database", _POSTGRES_FORM))
    query = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(query.get("host", parts.hostname or "")),
        "PORT": str(port or query.get("port", "")),
        "CONN_HEALTH_CHECKS": True,  # so that connections of before a restart of the server are not handed out
        "OPTIONS": {"pool": {"min_size": 1, "max_size": 20, "timeout": 10}},
    }


def _sqlite(path: Path) -> dict[str, object]:
    return {
        "ENGINE": "allears.store.sqlite",
        "NAME": path,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-32000;"
                "PRAGMA temp_store=MEMORY; PRAGMA mmap_size=268435456; PRAGMA journal_size_limit=134217728;"
                "PRAGMA wal_autocheckpoint=16000;"
            ),
        },
    }


PACKAGE_DIR = Path(__file__).resolve().parent
DATA_DIR = Path(_text("ALLEARS_DATA", "data")).resolve()
RUN_DIR = DATA_DIR / "run"
LAKE_ROOT = _text("ALLEARS_LAKE", str(DATA_DIR / "lake")).removeprefix("file://")
ENGINE = _text("ALLEARS_ENGINE", "duckdb")
DUCKDB_MEMORY = _text("ALLEARS_DUCKDB_MEMORY", "1GB")
ENGINE_IDLE_SECONDS = _number("ALLEARS_ENGINE_IDLE", 300)  # then analytics gives its memory back
ANALYTICS_ADDRESS = os.environ.get("ALLEARS_ANALYTICS", "")  # host:port; empty: a socket in the data folder
PUBLIC_URL = _web_address("ALLEARS_URL", "http://127.0.0.1:8080")

if not re.fullmatch(r"[0-9]+(\.[0-9]+)? ?([KMGT]i?B|%)", DUCKDB_MEMORY, re.IGNORECASE):
    PROBLEMS.append(
        (f"ALLEARS_DUCKDB_MEMORY={DUCKDB_MEMORY} is not an amount of memory", "write ALLEARS_DUCKDB_MEMORY=1GB")
    )
if ANALYTICS_ADDRESS and not re.fullmatch(r"\S+:[0-9]{1,5}", ANALYTICS_ADDRESS):
    PROBLEMS.append(
        (f"ALLEARS_ANALYTICS={ANALYTICS_ADDRESS} is not host:port", "write ALLEARS_ANALYTICS=127.0.0.1:8081")
    )
if ENGINE != "duckdb" and not re.match(r"sc://[^/;\s]+", ENGINE):
    PROBLEMS.append((f"ALLEARS_ENGINE={ENGINE} is unknown", "write ALLEARS_ENGINE=duckdb or sc://host:port"))

DEBUG = _flag("ALLEARS_DEBUG", default=False)
DEMO = _flag("ALLEARS_DEMO", default=False)  # set by `allears demo`
SECRET_KEY = _secret_key(DATA_DIR)
VAULT_SECRET = os.environ.get("ALLEARS_SECRET", "")  # wraps the customers' keys; empty: they stand as they are
ALLOWED_HOSTS = [each.strip() for each in _text("ALLEARS_ALLOWED_HOSTS", "*").split(",") if each.strip()]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PUBLIC_URL.startswith("https://")
SECURE_HSTS_SECONDS = 31_536_000 if SESSION_COOKIE_SECURE else 0  # a year; only said over https
SESSION_COOKIE_NAME = "allears_session"

DATABASE_URL = os.environ.get("DATABASE_URL", "")
DATABASES = {"default": _postgres(DATABASE_URL) if DATABASE_URL else _sqlite(DATA_DIR / "allears.sqlite3")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "anymail",
    "django_tasks",
    "ninja",
    "allears.store",
    "allears.jobs",
    "allears.accounts",
    "allears.accounts.teams",
    "allears.customers",
    "allears.events",
    "allears.events.webhooks",
    "allears.events.inbound",
    "allears.outreach",
    "allears.outreach.delivery",
    "allears.journeys",
    "allears.listen",
    "allears.listen.places",
    "allears.listen.tags",
    "allears.listen.studies",
    "allears.understand",
    "allears.understand.themes",
    "allears.understand.plugin",
    "allears.respond",
    "allears.people",
    "allears.operations",
    "allears.web",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "allears.web.middleware.PackedPagesMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allears.web.middleware.ConsoleMiddleware",
]
ROOT_URLCONF = "allears.web.urls"
ASGI_APPLICATION = "allears.web.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE_DIR / "web" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "allears.web.context.console",
            ],
        },
    }
]

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/accounts/login/"
ACCOUNT_ADAPTER = "allears.accounts.adapter.InviteOnlyAdapter"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
LOCALE_PATHS = [PACKAGE_DIR / "locale"]
FORMAT_MODULE_PATH = "allears.web.formats"
LANGUAGE_COOKIE_NAME = "allears_language"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS: list[Path] = []
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 3600

TASKS = {"default": {"BACKEND": "allears.jobs.backend.LeaseBackend", "QUEUES": []}}

EMAIL_BACKEND = _text("ALLEARS_EMAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend")
EMAIL_HOST = _text("ALLEARS_SMTP_HOST", "127.0.0.1")
EMAIL_PORT = _number("ALLEARS_SMTP_PORT", 25, least=1, most=65_535)
EMAIL_HOST_USER = os.environ.get("ALLEARS_SMTP_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("ALLEARS_SMTP_PASSWORD", "")
EMAIL_USE_TLS = _flag("ALLEARS_SMTP_STARTTLS", default=False)
EMAIL_USE_SSL = _flag("ALLEARS_SMTP_TLS", default=False)
EMAIL_TIMEOUT = 20
# What anymail calls MAILGUN_API_KEY is ALLEARS_ANYMAIL_MAILGUN_API_KEY here, for every setting of every provider.
_ANYMAIL_PREFIX = "ALLEARS_ANYMAIL"
ANYMAIL: dict[str, str | int] = {"REQUESTS_TIMEOUT": EMAIL_TIMEOUT} | {
    name.removeprefix(f"{_ANYMAIL_PREFIX}_"): value
    for name, value in os.environ.items()
    if name.startswith(f"{_ANYMAIL_PREFIX}_")
}
DEFAULT_FROM_EMAIL = _text("ALLEARS_MAIL_FROM", "All Ears <noreply@localhost>")

# A call of the API or a form, files aside: a million Chinese characters, also where they are written as \uXXXX.
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024**2
# The intake door.
INTAKE_MAX_BODY = _number("ALLEARS_INTAKE_MAX_BODY", 4 * 1024 * 1024)
INTAKE_MAX_EVENT = _number("ALLEARS_INTAKE_MAX_EVENT", 32 * 1024)
INTAKE_MAX_WAITING = _number("ALLEARS_INTAKE_MAX_WAITING", 4096)
INTAKE_MAX_UNREAD = _number("ALLEARS_INTAKE_MAX_UNREAD", 500_000)
INTAKE_MIN_FREE = _number("ALLEARS_INTAKE_MIN_FREE", 512 * 1024 * 1024)
INTAKE_PER_SECOND = _number("ALLEARS_INTAKE_PER_SECOND", 0)
INTAKE_PER_DAY = _number("ALLEARS_INTAKE_PER_DAY", 0)
WIDGET_PER_MINUTE = _number("ALLEARS_WIDGET_PER_MINUTE", 240)
# Files that arrive in pieces.
UPLOAD_MAX = _number("ALLEARS_UPLOAD_MAX", 20 * 1024**3)
UPLOAD_KEEP_HOURS = max(1, _number("ALLEARS_UPLOAD_KEEP_HOURS", 72))
WEB_WORKERS = max(1, _number("ALLEARS_WEB_WORKERS", 1))

# Outgoing webhooks.
WEBHOOK_ALLOW = os.environ.get("ALLEARS_WEBHOOK_ALLOW", "")  # private hosts and networks that may be called
WEBHOOK_KEEP_DAYS = _number("ALLEARS_WEBHOOK_KEEP_DAYS", 30)
WEBHOOK_GIVE_UP_DAYS = _number("ALLEARS_WEBHOOK_GIVE_UP_DAYS", 5)
MODEL_ALLOW = os.environ.get("ALLEARS_MODEL_ALLOW", "")  # private hosts and networks where an outside model may be
# A sentence model of the company's own on this disk, for themes: its folder, and what it wants before every text.
EMBEDDER = os.environ.get("ALLEARS_EMBEDDER", "")
EMBEDDER_PREFIX = os.environ.get("ALLEARS_EMBEDDER_PREFIX", "")
# What pull sources may open: hosts or networks inside the private network, and folders on this machine.
SOURCE_ALLOW = os.environ.get("ALLEARS_SOURCE_ALLOW", "")
SOURCE_FOLDERS = tuple(
    Path(each).resolve() for each in os.environ.get("ALLEARS_SOURCE_FOLDERS", str(DATA_DIR / "drop")).split(":") if each
)

# Back-ups.
BACKUP_FOLDER = _text("ALLEARS_BACKUP_FOLDER", str(DATA_DIR / "backups"))
BACKUP_HOUR = (
    _number("ALLEARS_BACKUP_HOUR", 2, most=23) if os.environ.get("ALLEARS_BACKUP_HOUR") != "off" else -1
)  # UTC
BACKUP_KEEP = _number("ALLEARS_BACKUP_KEEP", 14)

METRICS_TOKEN = os.environ.get("ALLEARS_METRICS_TOKEN", "")  # empty: /metrics answers this machine alone

_LOG = _text("ALLEARS_LOG", "text").lower()
_LEVELS = {"debug", "info", "warning", "error"}
if _LOG not in {"text", "json", *_LEVELS}:
    PROBLEMS.append((f"ALLEARS_LOG={_LOG} is unknown", "write ALLEARS_LOG=text or ALLEARS_LOG=json"))
_LEVEL = _text("ALLEARS_LOG_LEVEL", _LOG if _LOG in _LEVELS else "warning").lower()
if _LEVEL not in _LEVELS:
    PROBLEMS.append((f"ALLEARS_LOG_LEVEL={_LEVEL} is unknown", "write debug, info, warning or error"))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "text": {"()": "allears.kit.logs.TextFormatter"},
        "json": {"()": "allears.kit.logs.JsonFormatter"},
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json" if _LOG == "json" else "text"}},
    "root": {"handlers": ["stderr"], "level": _LEVEL.upper() if _LEVEL in _LEVELS else "WARNING"},
    "loggers": {"django.server": {"handlers": [], "propagate": True}, "httpx": {"level": "WARNING"}},
}
