"""Reads the intake log, set-wise: who it was, whether it is new, what was said; then everyone who wants to know.

All of it, with the cursor, is one transaction: exactly once in effect.
"""

from allears.events.consumer.loop import run_once

__all__ = ["run_once"]
