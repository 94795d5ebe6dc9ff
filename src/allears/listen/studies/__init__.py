"""One-off studies and recurring programmes: whom a wave draws, when it opens and closes, and what it says."""
