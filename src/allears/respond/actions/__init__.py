"""The verbs of cases: keyword-only, one transaction each, an entry for each change."""

from allears.respond.actions.clocks import check_clocks, notice_lost_replies, sweep
from allears.respond.actions.closing import UNDO_WITHIN, close, follow_up, reopen, undo
from allears.respond.actions.opening import join_by_hand, open_by_hand, open_case, open_for_voice
from allears.respond.actions.ownership import accept, give_back, hand_over, rehome, set_priority
from allears.respond.actions.talking import (
    hear_customer,
    hear_verdict,
    log_contact,
    note,
    reply,
    resume,
    wait_for_customer,
)

__all__ = [
    "UNDO_WITHIN",
    "accept",
    "check_clocks",
    "close",
    "follow_up",
    "give_back",
    "hand_over",
    "hear_customer",
    "hear_verdict",
    "join_by_hand",
    "log_contact",
    "note",
    "notice_lost_replies",
    "open_by_hand",
    "open_case",
    "open_for_voice",
    "rehome",
    "reopen",
    "reply",
    "resume",
    "set_priority",
    "sweep",
    "undo",
    "wait_for_customer",
]
