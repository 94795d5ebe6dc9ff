"""The demo: an invented company whose customers live, answer and complain by a documented model.

`company`, `truth`, `people`, `comments`, `journey` and `simulate` are pure (no Django); `seeding` writes the past,
`live` plays the present against the running server.
"""
