"""Lock files name versions and hashes, never a host: mirrors differ from company to company."""

from collections.abc import Iterator

from scripts.lints.base import Finding

NAMES = ("*.lock", "package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml")


def check_lock(path: str, text: str) -> Iterator[Finding]:
    for number, line in enumerate(text.splitlines(), start=1):
        if "://" in line or " @ " in line:
            message = "an address in a lock file: run `make lock`, which leaves them out"
            yield Finding(path=path, line=number, rule="lock-address", message=message)
