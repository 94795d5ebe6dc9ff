# as: src/allears/events/consumer.py
try:
    work()
except:  # expect: blind-except
    log()
try:
    work()
except Exception:  # expect: blind-except
    log()
try:
    work()
except (ValueError, BaseException):  # noqa: BLE001  # expect: blind-except
    log()
try:
    work()
except Exception:  # bulkhead: one bad row must not stop the line  # expect: blind-except
    pass
with suppress(Exception):  # expect: blind-except
    work()
