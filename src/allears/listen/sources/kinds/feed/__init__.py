"""See doc.md."""
