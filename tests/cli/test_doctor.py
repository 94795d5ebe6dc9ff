"""`allears doctor` finds what is wrong, says what to do, and its exit code tells scripts."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.test_serve import run
from tests.support.server import AllEars, ServerFactory
from tests.support.smtp import SmtpPeer

pytestmark = pytest.mark.server


def findings(server: AllEars) -> dict[str, tuple[str, str, str]]:
    answer = run(server, "doctor", "--data", str(server.data), "--json")
    found = {each["subject"]: (each["level"], each["says"], each["do"]) for each in json.loads(answer.stdout)}
    assert answer.returncode == (1 if any(level == "error" for level, _, _ in found.values()) else 0)
    return found


def test_a_good_installation_has_no_findings_but_good_ones(allears_server: ServerFactory, smtp_peer: SmtpPeer) -> None:
    found = findings(allears_server(start=False, smtp=smtp_peer))
    assert {subject: level for subject, (level, _, _) in found.items()} == {
        "settings": "ok",
        "data folder": "ok",
        "database": "ok",
        "lake": "ok",
        "mail": "ok",
        "jobs": "ok",
        "clocks": "ok",
        "intake": "ok",
        "queue": "ok",
        "outbox": "ok",
        "lake heads": "ok",
        "webhooks": "ok",
        "back-up": "ok",
        "engine": "ok",
    }


def test_mail_that_does_not_answer_is_a_warning_because_mails_wait(allears_server: ServerFactory) -> None:
    server = allears_server(start=False, ALLEARS_SMTP_PORT="1")
    level, says, do = findings(server)["mail"]
    assert (level, "mails wait in the outbox" in says, "ALLEARS_SMTP_HOST" in do) == ("warning", True, True)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("ALLEARS_INTAKE_MAX_BODY", "4MB", "ALLEARS_INTAKE_MAX_BODY=4MB is not a whole number"),
        ("ALLEARS_DEBUG", "maybe", "ALLEARS_DEBUG=maybe is neither on nor off"),
        ("ALLEARS_URL", "ears.example.com", "ALLEARS_URL=ears.example.com is not a web address"),
        ("ALLEARS_ENGINE", "mysql", "ALLEARS_ENGINE=mysql is unknown"),
    ],
)
def test_a_mistake_in_a_setting_is_named_and_prevents_the_start(
    allears_server: ServerFactory, name: str, value: str, says: str
) -> None:
    server = allears_server(start=False)
    server.env[name] = value
    assert findings(server)["settings"][:2] == ("error", f"{says} (allears.E001)")
    refused = run(server, "serve", "--data", str(server.data), "--port", str(server.port))
    assert (refused.returncode, says in refused.stderr) == (1, True)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("ALLEARS_URL", "", "ALLEARS_URL is empty"),
        ("ALLEARS_URL", "http://", "ALLEARS_URL=http: is not a web address"),
        ("ALLEARS_URL", "https://a b", "ALLEARS_URL=https://a b is not a web address"),
        ("ALLEARS_URL", "https://ears.example.com:99999", "is not a web address"),
        ("ALLEARS_URL", "https://ears.example.com/?a=1", "is not a web address"),
        ("ALLEARS_ENGINE", " ", "ALLEARS_ENGINE is empty"),
        ("ALLEARS_LAKE", "", "ALLEARS_LAKE is empty"),
        ("ALLEARS_BACKUP_FOLDER", "", "ALLEARS_BACKUP_FOLDER is empty"),
        ("ALLEARS_BACKUP_HOUR", "99", "ALLEARS_BACKUP_HOUR=99 is not between 0 and 23"),
        ("ALLEARS_SMTP_PORT", "0", "ALLEARS_SMTP_PORT=0 is not between 1 and 65535"),
        ("ALLEARS_SMTP_HOST", "", "ALLEARS_SMTP_HOST is empty"),
        ("ALLEARS_MAIL_FROM", "", "ALLEARS_MAIL_FROM is empty"),
        ("ALLEARS_ALLOWED_HOSTS", "", "ALLEARS_ALLOWED_HOSTS is empty"),
        ("ALLEARS_DUCKDB_MEMORY", "lots", "ALLEARS_DUCKDB_MEMORY=lots is not an amount of memory"),
        ("ALLEARS_ANALYTICS", "somewhere", "ALLEARS_ANALYTICS=somewhere is not host:port"),
        ("ALLEARS_INTAKE_MAX_BODY", "", "ALLEARS_INTAKE_MAX_BODY= is not a whole number"),
        ("ALLEARS_INTAKE_MAX_BODY", "-5", "ALLEARS_INTAKE_MAX_BODY=-5 is not a whole number"),
        ("ALLEARS_DEBUG", "", "ALLEARS_DEBUG= is neither on nor off"),
        ("ALLEARS_SECRET_KEY", "", "ALLEARS_SECRET_KEY is empty"),
        ("DATABASE_URL", "postgresql://host:port/x", "DATABASE_URL is not the address of a PostgreSQL database"),
        ("DATABASE_URL", "mysql://host/x", "DATABASE_URL is not the address of a PostgreSQL database"),
    ],
)
def test_no_command_runs_on_a_setting_that_cannot_be_meant(tmp_path: Path, name: str, value: str, says: str) -> None:
    clean = {key: told for key, told in os.environ.items() if not key.startswith(("ALLEARS_", "DATABASE_URL"))}
    command = [sys.executable, "-m", "allears.cli", "init", "--data", str(tmp_path / "data")]
    done = subprocess.run(command, env={**clean, name: value}, capture_output=True, text=True, check=False)
    assert (done.returncode, says in done.stderr, "Traceback" in done.stderr) == (2, True, False)
    assert not (tmp_path / "data" / "allears.sqlite3").exists()


def test_a_database_that_is_away_is_named(allears_server: ServerFactory) -> None:
    server = allears_server(start=False)
    server.env["DATABASE_URL"] = "postgresql://nobody@127.0.0.1:1/none"
    level, says, do = findings(server)["database"]
    assert (level, says.startswith("does not answer"), "DATABASE_URL" in do) == ("error", True, True)
