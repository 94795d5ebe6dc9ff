"""Outgoing webhooks: what was recorded here, told to other systems, signed as Standard Webhooks says."""
