"""What customers say, read on a plain CPU: labels, the corpus that teaches them, and the models."""
