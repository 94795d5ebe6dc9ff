"""What is done to customers: recognised, described, merged, asked for consent."""

from allears.customers.actions.consent import record_consent
from allears.customers.actions.identity import resolve
from allears.customers.actions.merging import merge, undo_merge
from allears.customers.actions.traits import TraitChange, update_traits

__all__ = ["TraitChange", "merge", "record_consent", "resolve", "undo_merge", "update_traits"]
