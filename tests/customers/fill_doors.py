"""The person at every door of an installation: webhooks out and in, mail, files, exports, logs, figures, a back-up."""

import base64
import gzip
import json
import logging
import os
import time
import zipfile
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from urllib.parse import urlencode

from django.conf import settings
from django.utils import timezone

from allears.accounts.models import Workspace
from allears.customers.models import Customer
from allears.events.exports import actions as exports
from allears.events.imports import actions as imports
from allears.events.imports import pieces, running, uploads
from allears.events.inbound import actions as inbound
from allears.events.models import Export, QuarantinedRow
from allears.events.webhooks import actions as webhooks
from allears.events.webhooks import outbox
from allears.events.webhooks.models import Attempt, Delivery
from allears.kit.logs import JsonFormatter
from allears.listen import actions as listen
from allears.listen.models import Enclosure, Source, SourceRun
from allears.listen.sources import actions as sources
from allears.listen.sources.base import Enclosure as Enclosed
from allears.listen.sources.base import LetterFacts, Saying
from allears.listen.sources.hearing import hear
from tests.customers.markers import EMAIL, NAME, OTHER_EMAIL, OTHER_TEXT, PHONE, TEXT, USER_ID

CSV = f"user_id,email,name,remark\n{USER_ID},{EMAIL},{NAME},{TEXT}\n"


def told_by_webhooks(home: Workspace, person: Customer, other: Customer, now: datetime) -> None:
    """A body that was sent and answered with the person's words, one that waits, and another's that names him."""
    webhooks.create_endpoint(
        workspace_id=home.pk, url="http://127.0.0.1:9/hooks", event_types=[], actor_id=None, now=now
    )
    for number, customer in enumerate((person, person, other)):
        listen.record_voice(
            workspace_id=home.pk, key=f"hook-{number}", initiator="customer", source_kind="praise", channel="web",
            said_at=now, text=f"{TEXT}, says {NAME}" if customer == person else f"ask {EMAIL}",
            customer_id=customer.pk, now=now,
        )  # fmt: skip
    outbox.expand(now=now)
    for delivery in Delivery.objects.in_workspace(home.pk).filter(outgoing__type="voice.received").order_by("pk")[:1]:
        Attempt.objects.create(
            workspace_id=home.pk, delivery=delivery, at=now, status=500, answer=f"{EMAIL}: {TEXT}", milliseconds=3
        )


def sent_to_us(home: Workspace, now: datetime) -> None:
    """Samples of an inbound webhook: JSON, escaped JSON, a form, and another person's."""
    made = inbound.create_source(
        workspace_id=home.pk, name="Shop", kind="none", header="", secret="", actor_id=None, now=now
    )
    order = {"what": "order.paid", "buyer": {"mail": EMAIL, "name": NAME, "words": TEXT}}
    form = urlencode({"mail": EMAIL, "tel": PHONE, "words": TEXT})
    bodies = (json.dumps(order).encode(), json.dumps([order], ensure_ascii=False).encode(), form.encode())
    for number, body in enumerate((*bodies, f'{{"mail": "{OTHER_EMAIL}"}}'.encode())):
        kind = "application/x-www-form-urlencoded" if body == form.encode() else "application/json"
        headers = {"Content-Type": kind, "webhook-id": f"{USER_ID}/{number}"}
        inbound.receive(source=made, data=body, headers=headers if number < 3 else {}, now=now)


def mailed(home: Workspace, now: datetime) -> None:
    """A mailbox: the person's mail with its files, and another's mail with a file that names the person."""
    given = {"host": "mail.example.test", "user": EMAIL, "password": "x"}
    plan = sources.Plan(kind="imap", name=f"Mail of {EMAIL}", every_seconds=3600, settings=given)
    source = sources.create(workspace_id=home.pk, plan=plan, actor_id=None, now=now)
    Source.objects.in_workspace(home.pk).filter(pk=source.pk).update(
        cursor={EMAIL: {"uid": 3}}, trouble={"code": "refused", "params": {"host": EMAIL}}
    )
    SourceRun.objects.create(
        workspace_id=home.pk, source=source, turn=1, started_at=now, ended_at=now,
        trouble={"code": "refused", "params": {"host": EMAIL}},
    )  # fmt: skip
    for number, sender in enumerate((EMAIL, OTHER_EMAIL)):
        files = [Enclosed(name=f"{number}.csv", type="text/csv", size=len(CSV.encode()), content=CSV.encode())]
        if sender == EMAIL:
            files.append(Enclosed(name=f"{NAME}.txt", type="text/plain", size=4, content=TEXT.encode()))
        if sender == OTHER_EMAIL:
            files += [Enclosed(name=name, type="x/x", size=9, content=content) for name, content in hidden_in().items()]
        letter = LetterFacts(message_id=f"<{number}.{sender}>", answers=[f"<9.{EMAIL}>"], enclosures=files)
        saying = Saying(
            key=f"mail:{number}", text=TEXT if sender == EMAIL else OTHER_TEXT, said_at=now,
            source_kind="request", channel="email", email=sender, name=NAME if sender == EMAIL else "", letter=letter,
            attributes={"subject": TEXT} if sender == EMAIL else {},
        )  # fmt: skip
        hear(workspace_id=home.pk, source_id=source.pk, saying=saying, now=now)
    assert Enclosure.objects.in_workspace(home.pk).count() == 7


def hidden_in() -> dict[str, bytes]:
    """Files that name the person, but not as they lie there."""
    table, packed = CSV.encode(), BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as folder:
        folder.writestr("table.csv", table)
    mail = b"Subject: fwd\nContent-Transfer-Encoding: base64\n\n" + base64.b64encode(table)
    return {
        "utf16.txt": CSV.encode("utf-16"),
        "a.zip": packed.getvalue(),
        "a.csv.gz": gzip.compress(table),
        "a.eml": mail,
    }


def in_files(home: Workspace, now: datetime) -> None:
    """Uploads (read, unread, and what a killed run left), and exported files that wait to be fetched."""
    uploads.receive(
        workspace=home, kind_name="customers", filename=f"{NAME} {EMAIL}.csv", blocks=[CSV.encode()],
        actor_id=None, now=now,
    )  # fmt: skip
    bad = Path(settings.DATA_DIR).parent / "voices.csv"
    bad.write_text(f"email,text,said_at\n{EMAIL},{TEXT},2026-01-01\n{EMAIL},,{PHONE}\n")
    ready = imports.prepare(workspace=home, kind_name="voices", path=bad, filename="voices.csv")
    running.run(imports.register(prepared=ready, actor_id=None, now=now), now=timezone.now)
    assert (
        QuarantinedRow.objects.in_workspace(home.pk).filter(payload__contains=EMAIL).exclude(source="intake").exists()
    )
    bad.unlink()
    begun = pieces.begin(
        workspace=home, kind_name="customers", filename=f"{NAME}.csv", length=9999, wanted={}, actor_id=None, now=now
    )
    pieces.append(upload=begun, offset=0, blocks=[CSV.encode()], now=now)
    left = Path(settings.DATA_DIR) / "imports" / "source-00000000000000000000000000000000"
    left.mkdir(parents=True)
    (left / "page.csv").write_text(CSV)
    for table, form in (("customers", "csv"), ("voices", "xlsx"), ("voices", "parquet"), ("responses", "csv")):
        row = exports.ask(workspace_id=home.pk, table=table, format_name=form, filters={}, actor_id=None, now=now)
        exports.write(row=row, now=now)
    half = Export.objects.create(
        workspace=home, table="voices", format="csv", token="half", created_at=now, state="running"
    )
    exports.part_of(row=half).write_text(CSV)


def in_logs() -> None:
    """What a line of the log quotes by accident."""
    lines = logging.FileHandler(Path(settings.DATA_DIR) / "allears.log")
    lines.setFormatter(JsonFormatter())
    log = logging.getLogger("allears.filler")
    log.addHandler(lines)
    log.error("could not tell %s (%s): %r", EMAIL, PHONE, {"name": NAME, "text": TEXT})
    try:
        raise ValueError(f"value too long: '{TEXT} {TEXT} {EMAIL}'")
    except ValueError:
        log.exception("a row of %s failed", EMAIL)
    log.removeHandler(lines)
    lines.close()


def backed_up(now: datetime) -> None:
    """An archive, and what a killed one left behind."""
    from allears.operations.backups.keeping import folder, new_path
    from allears.operations.backups.writing import back_up

    back_up(target=new_path(now=now), now=now)
    left = folder() / ".backup-killed"
    left.mkdir()
    (left / "operational.sqlite3").write_bytes(CSV.encode())
    old = time.time() - timedelta(days=1).total_seconds()
    os.utime(left, (old, old))
