"""`allears demo`: a running, populated All Ears with a simulated company whose customers live while you watch."""

import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from allears.cli.commands.serve import run_supervisor
from allears.cli.main import set_up
from allears.cli.roles import EXTRA, ROLES
from allears.cli.words import gettext as _
from allears.cli.words import padded

if TYPE_CHECKING:
    from allears.cli.demo.seeding import Keys

HOST = "127.0.0.1"


def demo(
    data: Annotated[Path, typer.Option(envvar="ALLEARS_DATA", help="The data folder to make or go on with.")] = Path(
        "data"
    ),
    port: Annotated[int, typer.Option(min=1, max=65535, envvar="ALLEARS_PORT", help="Port to listen on.")] = 8080,
    live: Annotated[bool, typer.Option(help="Whether the company goes on living while you watch.")] = True,
    speed: Annotated[float, typer.Option(min=1.0, help="How much faster than life; 1440 is a day a minute.")] = 1440.0,
    customers: Annotated[int, typer.Option(min=20, help="Customers at the start.")] = 1200,
    seed: Annotated[int, typer.Option(help="Equal seeds give equal companies.")] = 7,
    prepare_only: Annotated[bool, typer.Option("--prepare-only", help="Fill the data folder and stop.")] = False,
) -> None:
    """Show a populated All Ears; the second start goes on where the first one stopped."""
    if not prepare_only:
        _require_free(port, data)
    url = f"http://{HOST}:{port}"
    _environment(data=data, port=port, url=url, live=live, speed=speed)
    for folder in (data, data / "static"):
        folder.mkdir(parents=True, exist_ok=True, mode=0o750)
    set_up(str(data.resolve()))
    _prepare(data=data.resolve(), url=os.environ["ALLEARS_URL"], customers=customers, seed=seed)
    if not prepare_only:
        greeting = _greeting(os.environ["ALLEARS_URL"], data)
        run_supervisor(data=data, roles=[*ROLES, *EXTRA], url=url, greeting=greeting)


def _environment(*, data: Path, port: int, url: str, live: bool, speed: float) -> None:
    """What the processes under the supervisor find; mails go to our own post office, and nowhere else."""
    os.environ |= {
        "ALLEARS_DATA": str(data.resolve()),
        "ALLEARS_HOST": HOST,
        "ALLEARS_PORT": str(port),
        "ALLEARS_WEB_WORKERS": "1",
        "ALLEARS_SMTP_HOST": HOST,
        "ALLEARS_SMTP_PORT": str(_free_port()),
        "ALLEARS_MAIL_FROM": "Wrenfold Home <care@wrenfold.example>",
        "ALLEARS_DEMO": "1",
        "ALLEARS_DEMO_LIVE": "1" if live else "0",
        "ALLEARS_DEMO_SPEED": str(speed),
    }
    for name in ("ALLEARS_SMTP_USER", "ALLEARS_SMTP_PASSWORD", "ALLEARS_SMTP_STARTTLS", "ALLEARS_SMTP_TLS"):
        os.environ.pop(name, None)
    os.environ.pop("ALLEARS_EMAIL_BACKEND", None)
    os.environ.setdefault("ALLEARS_URL", url)


def _require_free(port: int, data: Path) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            says = _(
                "Port {port} cannot be used: {why}. Nothing was started.\n"
                "Choose another one:  make demo PORT={other}\n"
                "or without make:     allears demo --data {data} --port {other}"
            )
            typer.echo(says.format(port=port, why=error.strerror, data=data, other=port + 10), err=True)
            raise typer.Exit(1) from error


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        number: int = probe.getsockname()[1]
    return number


def _prepare(*, data: Path, url: str, customers: int, seed: int) -> None:
    """Bring the folder up to date; the first time, write the company's past."""
    from django.core.management import call_command
    from django.db import connections

    from allears.cli.demo import seeding

    typer.echo(_("Preparing the database …"))
    call_command("migrate", verbosity=0, interactive=False)
    if seeding.is_seeded():
        typer.echo(_("The company is there already; it goes on where it stopped."))
        keys = None if (data / "demo.env").exists() else seeding.new_keys()
    else:
        keys = _seed_with_progress(data, customers=customers, seed=seed)
    _write_env(data / "demo.env", url=url, keys=keys)
    connections.close_all()


def _seed_with_progress(data: Path, *, customers: int, seed: int) -> "Keys":
    from django.conf import settings
    from django.utils import timezone, translation
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    from allears.cli.demo import seeding

    columns = TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f}%")
    told_in = translation.override(settings.LANGUAGE_CODE)  # equal seeds give equal companies, whoever watches
    with Progress(*columns, TimeElapsedColumn()) as progress, told_in:
        task = progress.add_task(padded(_("Founding the company"), 40), total=1.0)
        return seeding.seed(
            scale=seeding.Scale(seed=seed, customers=customers),
            now=timezone.now().replace(microsecond=0),
            folder=data,
            tell=lambda what, share: progress.update(task, description=padded(_(what), 40), completed=share),
        )


def _write_env(path: Path, *, url: str, keys: "Keys | None") -> None:
    """Addresses and keys for scripts; the keys of an earlier start are kept."""
    kept = dict(line.split("=", 1) for line in path.read_text().splitlines() if "=" in line) if path.exists() else {}
    kept["ALLEARS_URL"] = url
    if keys is not None:
        kept |= {"ALLEARS_WRITE_KEY": keys.write_key, "ALLEARS_API_KEY": keys.api_key}
    beside = path.with_suffix(".new")
    beside.touch(mode=0o600)
    beside.write_text("".join(f"{name}={value}\n" for name, value in kept.items()))
    beside.rename(path)


def _greeting(url: str, data: Path) -> str:
    """Where to go, with a link that signs in once."""
    from django.db import connections
    from django.utils import timezone

    from allears.accounts.actions import make_sign_in_link
    from allears.accounts.models import User
    from allears.cli.demo.company import COLLEAGUES

    user = User.objects.get(email=COLLEAGUES[0].email)
    token = make_sign_in_link(user=user, now=timezone.now())
    connections.close_all()
    return _(
        "\nAll Ears is listening at {url}\n"
        "Sign in (once, within a day) as {name}:\n\n    {link}\n\n"
        "Keys for scripts: {keys}    what is true: {truth}\n"
        "Ctrl-C stops it; the same command goes on where it stopped.\n"
    ).format(url=url, name=user.name, link=f"{url}/sign-in/{token}", keys=data / "demo.env", truth=data / "truth.json")


def register(app: typer.Typer) -> None:
    app.command()(demo)
