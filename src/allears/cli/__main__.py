"""`python -m allears.cli`: the same as `allears`, for places where the script is not on the path."""

from allears.cli.main import app

app()
