"""Back-ups: one archive that either database restores, and the customers' keys in a small file beside it."""
