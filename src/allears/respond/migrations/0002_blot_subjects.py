"""Subjects of cases are the first words of voices: personal data goes out of those that are there already."""

from django.db import migrations, transaction

from allears.listen import originals

BATCH = 500


def blot_subjects(apps, schema_editor):
    cases = apps.get_model("respond", "Case").objects.select_related("customer").order_by("pk")
    last = 0
    while found := list(cases.filter(pk__gt=last)[:BATCH]):
        changed = []
        for case in found:
            who = case.customer
            known = [each for each in (who.name, who.email, who.phone) if each] if who else []
            words = originals.blot(case.subject, known=known)
            if words.hidden:
                case.subject = words.text
                changed.append(case)
        with transaction.atomic():
            cases.model.objects.bulk_update(changed, ["subject"])
        last = found[-1].pk


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("respond", "0001_initial"), ("listen", "0008_blot_the_past")]
    operations = [migrations.RunPython(blot_subjects, migrations.RunPython.noop)]
