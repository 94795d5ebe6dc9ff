"""The house rules that ruff, mypy and import-linter cannot see, one module each.

A rule is a function from one parsed file to findings. Good and bad examples stand in `tests/lints/examples`.
"""
