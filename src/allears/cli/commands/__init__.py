"""One module for each command or group; each has ``register(app)`` and imports Django lazily, inside its functions."""
