"""Voices of a source, of a channel, of a metric and with a score: a list of those that few are, or none, read all.

The index by workspace alone goes: all of these begin with it.
"""

import django.db.models.deletion
from django.db import migrations, models

from allears.store import indexes

WORKSPACE = models.ForeignKey(
    db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.workspace"
)


def by(column: str, name: str, condition: models.Q | None = None) -> models.Index:
    return models.Index(
        fields=["workspace", column, "-said_at"], condition=condition, name=f"listen_voice_{name}"
    )


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("accounts", "0002_key_scopes"), ("listen", "0019_counted_in_the_lake")]
    operations = [
        indexes.added(
            model="voice",
            index=by("source_kind", "source"),
            on="listen_voice (workspace_id, source_kind, said_at DESC)",
        ),
        indexes.added(
            model="voice", index=by("channel", "channel"), on="listen_voice (workspace_id, channel, said_at DESC)"
        ),
        indexes.added(
            model="voice",
            index=by("metric", "metric", models.Q(("metric", ""), _negated=True)),
            on="listen_voice (workspace_id, metric, said_at DESC) WHERE NOT (metric = '')",
        ),
        indexes.added(
            model="voice",
            index=by("score", "score", models.Q(("score__isnull", False))),
            on="listen_voice (workspace_id, score, said_at DESC) WHERE score IS NOT NULL",
        ),
        indexes.replaced(
            model="voice",
            column="workspace",
            field=WORKSPACE,
            name="listen_voice_workspace_id_7e5f78f3",
            on="listen_voice (workspace_id)",
        ),
    ]
