# as: src/allears/events/consumer.py
try:
    work()
except (ValueError, OSError) as error:
    log(error)
try:
    work()
except Exception:
    release()
    raise
try:
    work()
except Exception as error:  # noqa: BLE001 – bulkhead: one bad row goes to quarantine, the line goes on
    quarantine(error)
with suppress(FileNotFoundError):
    work()
