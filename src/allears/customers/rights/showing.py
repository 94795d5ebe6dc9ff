"""Everything we hold on a person, as one archive: ``data.json`` for machines, a page in each language for people."""

import io
import json
import zipfile
from datetime import datetime
from typing import Any

from django.db import models
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.module_loading import import_string

from allears.accounts.models import Workspace
from allears.customers.personal import PersonalTable, personal_files
from allears.customers.rights.person import Person, person_of
from allears.customers.rights.tables import in_order, mentions, rows_of

PAGES = (("en", "data.en.html"), ("zh-hans", "data.zh.html"))
NOT_TOLD = {"flush_id", "workspace_id", "lease_owner", "lease_until"}  # plumbing of ours
WITHOUT_OTHERS = {"accounts.AuditEntry", "jobs.Job", "jobs.KeptReply", "events.Import", "customers.ClientAccount"}


def access_export(*, workspace_id: int, customer_id: int, now: datetime) -> bytes:
    """The archive (ZIP). Rows of others that merely mention the person are left out, rows in quarantine are not."""
    person = person_of(workspace_id=workspace_id, customer_id=customer_id)
    sections = [section for table in reversed(in_order()) if (section := _section(table, person))]
    extra = [each for files in personal_files() if files.find for each in import_string(files.find)(person=person)]
    about = {
        "workspace": Workspace.objects.get(pk=workspace_id).name,
        "made_at": now.isoformat(timespec="seconds"),
        "customer": list(person.keys),
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        data = {**about, "tables": {each["model"]: each["rows"] for each in sections}}
        archive.writestr("data.json", json.dumps(data, indent=2, ensure_ascii=False))
        for language, name in PAGES:
            with translation.override(language):
                page = render_to_string(
                    "customers/access_export.html",
                    {"about": about, "sections": sections, "files": [name for name, _ in extra], "lang": language},
                )
            archive.writestr(name, page)
        for name, content in extra:
            archive.writestr(f"files/{name}", content)
    return packed.getvalue()


def _section(table: PersonalTable, person: Person) -> dict[str, Any] | None:
    """One table's rows as plain values; None when there are none."""
    if table.customer:
        found = list(rows_of(table, person).order_by("pk"))
    else:
        found = [] if table.model in WITHOUT_OTHERS else mentions(table, person)
    if not found:
        return None
    rows = [_plain(row, table) for row in found]
    return {"model": table.model, "title": table.label or table.model, "rows": rows, "columns": list(rows[0])}


def _plain(row: models.Model, table: PersonalTable) -> dict[str, Any]:
    told = {}
    for field in row._meta.local_fields:
        if field.attname in NOT_TOLD or isinstance(field, models.BinaryField):
            continue
        value = getattr(row, field.attname)
        if value in (None, "", {}, []) and field.attname not in table.columns:
            continue
        told[field.attname] = _value(value)
    return told


def _value(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(timezone.get_default_timezone()).isoformat(timespec="seconds")
    return value if isinstance(value, str | int | float | bool | dict | list | None) else str(value)
