"""Personal data goes out of the words that are there already; as they were said they are kept sealed.

Batch by batch, each in a transaction of its own: cut short, it begins again and passes quickly over what is done, for
in blotted words nothing more is found. It tells how far it is. At the end the file is written anew without the words.
"""

import sys
from collections import defaultdict

from django.db import OperationalError, migrations, transaction

from allears.customers.rights import sweeping
from allears.listen import originals
from allears.listen.definition import DefinitionError, Words, parse

BATCH = 500
TOLD_EVERY = 20_000
LEFT_BEHIND = ("listen_voice", "listen_response", "listen_voicewords")


def batches(rows, name):
    """All rows by number, each batch in a transaction with what is done to it."""
    total, done, last, told = rows.count(), 0, 0, 0
    while True:
        with transaction.atomic():
            found = list(rows.filter(pk__gt=last).order_by("pk")[:BATCH])
            if not found:
                return
            yield found
        done, last = done + len(found), found[-1].pk
        if done - told >= TOLD_EVERY:
            told = done
            sys.stderr.write(f"  {name} without personal data: {done:,} of {total:,}\n")


def by_workspace(rows):
    found = defaultdict(list)
    for row in rows:
        found[row.workspace_id].append(row)
    return found.items()


def blot_voices(voices):
    changed = 0
    for batch in batches(voices.exclude(text=""), "voices"):
        for workspace_id, rows in by_workspace(batch):
            known = originals.known_of(workspace_id=workspace_id, customer_ids=[row.customer_id for row in rows])
            kept, touched = [], []
            for row in rows:
                if row.hidden:
                    continue
                words = originals.blot(row.text, known=known.get(row.customer_id, ()))
                beside, said = originals.blot_attributes(row.attributes)
                if words.hidden:
                    said["text"] = row.text
                if said:
                    kept.append(
                        originals.Original(row_id=row.pk, customer_id=row.customer_id, said=said, at=row.said_at)
                    )
                    row.text, row.attributes = words.text, beside
                    row.hidden = words.hidden or None
                    touched.append(row)
            voices.bulk_update(touched, ["text", "hidden", "attributes"])
            originals.keep_voices(workspace_id=workspace_id, originals=kept)
            changed += len(touched)
    return changed


def words_of(versions):
    """The names of the questions that are answered in own words, by version; None where it cannot be told."""
    found = {None: {"comment"}}
    for number, definition in versions.values_list("pk", "definition"):
        try:
            found[number] = {each.name for each in parse(definition).questions if isinstance(each, Words)}
        except DefinitionError:
            found[number] = None
    return found


def blot_answers(responses, names):
    changed = 0
    for batch in batches(responses, "answers"):
        for workspace_id, rows in by_workspace(batch):
            known = originals.known_of(workspace_id=workspace_id, customer_ids=[row.customer_id for row in rows])
            kept, touched = [], []
            for row in rows:
                said = blot_response(row, names.get(row.survey_version_id), known.get(row.customer_id, ()))
                if said:
                    kept.append(
                        originals.Original(row_id=row.pk, customer_id=row.customer_id, said=said, at=row.started_at)
                    )
                    touched.append(row)
            responses.bulk_update(touched, ["answers", "aside"])
            originals.keep_answers(workspace_id=workspace_id, originals=kept)
            changed += len(touched)
    return changed


def blot_response(row, names, known):
    """Blot the answers of one response that are words; those that were changed, as they had been."""
    said = {}
    for answers in (row.answers, row.aside):
        for name, value in answers.items() if isinstance(answers, dict) else ():
            if isinstance(value, str) and (names is None or name in names or name.endswith(".other")):
                words = originals.blot(value, known=known)
                if words.hidden:
                    said[name], answers[name] = value, words.text
    return said


def blot_all(apps, schema_editor):
    changed = blot_voices(apps.get_model("listen", "Voice").objects.all())
    names = words_of(apps.get_model("listen", "SurveyVersion").objects.all())
    changed += blot_answers(apps.get_model("listen", "Response").objects.all(), names)
    if not changed:
        return
    if schema_editor.connection.vendor == "sqlite":
        try:
            sweeping.sweep()
        except (sweeping.SweepBusyError, OperationalError):
            sys.stderr.write("  others read the database; the file is swept when somebody is erased\n")
        return
    with schema_editor.connection.cursor() as cursor:
        for table in LEFT_BEHIND:
            cursor.execute(f"VACUUM (FULL, ANALYZE) {table}")


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("listen", "0007_originals"), ("customers", "0008_workspace_keys")]
    operations = [migrations.RunPython(blot_all, migrations.RunPython.noop)]
