# as: src/allears/listen/migrations/0002_fill.py
def fill(apps, schema_editor):
    apps.get_model("listen", "Voice").objects.update(kind="voice")
