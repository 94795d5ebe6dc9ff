"""Fixtures that start real things: PostgreSQL, an SMTP peer, a browser, the server's own processes."""
