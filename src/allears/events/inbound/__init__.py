"""Webhooks of other systems: an address each, taught by what came there first."""
