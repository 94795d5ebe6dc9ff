"""Build the console's assets with the node that .venv brings; `--check` builds and compares, and changes nothing."""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FRONTEND = ROOT / "frontend"
SYSTEM_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
DIST = ROOT / "src" / "allears" / "web" / "static" / "dist"


def npm(*arguments: str) -> None:
    path = shutil.which("npm")
    if path is None:
        sys.exit(
            "npm is not here: run `make setup-dev`, which brings it into .venv, or install Node.js 20.19 or newer."
        )
    quiet = {f"npm_config_{each}": "false" for each in ("update_notifier", "fund", "audit")}
    env = {**os.environ, **quiet, "npm_config_fetch_retries": "2"}
    if SYSTEM_CERTIFICATES.exists():  # behind a company's proxy its authority is there, and not in Node's own list
        env.setdefault("NODE_EXTRA_CA_CERTS", str(SYSTEM_CERTIFICATES))
    if subprocess.run([path, *arguments], cwd=FRONTEND, env=env, check=False).returncode:
        sys.exit(f"npm {' '.join(arguments)} failed in {FRONTEND}; its output is above.")


def install() -> None:
    """Once for each state of the lock. Not `npm ci`: it wants every other platform's packages in the registry too."""
    stamp = FRONTEND / "node_modules" / ".allears-lock"
    state = hashlib.sha256((FRONTEND / "package-lock.json").read_bytes()).hexdigest()
    if not stamp.exists() or stamp.read_text() != state:
        npm("install", "--no-save", "--no-progress")
        stamp.write_text(state)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def check() -> int:
    """What is committed stays as it is, whatever the build makes."""
    before = contents(DIST)
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder) / "dist"
        shutil.copytree(DIST, kept)
        try:
            npm("run", "build")
            after = contents(DIST)
        finally:
            shutil.rmtree(DIST)
            shutil.copytree(kept, DIST)
    stale = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    for name in stale:
        print(f"stale: {DIST.relative_to(ROOT)}/{name}; run `make assets` and commit it", file=sys.stderr)
    print(f"{len(after)} built files, {len(stale)} stale")
    return 1 if stale else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="build and compare with what is committed")
    options = parser.parse_args()
    install()
    if options.check:
        return check()
    npm("run", "build")
    return 0


if __name__ == "__main__":
    sys.exit(main())
