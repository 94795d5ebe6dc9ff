"""An installation of its own, worked by commands as a user would."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ALLEARS = [sys.executable, "-m", "allears.cli"]


@dataclass(kw_only=True)
class Installation:
    data: Path
    url: str = ""

    @property
    def env(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("ALLEARS_", "DATABASE_URL"))}
        kept.pop("DJANGO_SETTINGS_MODULE", None)
        return {**kept, "ALLEARS_DATA": str(self.data), **({"DATABASE_URL": self.url} if self.url else {})}

    def run(self, *arguments: str, fails: bool = False) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [*ALLEARS, *arguments, "--data", str(self.data)], env=self.env, capture_output=True, text=True, check=False
        )
        assert bool(done.returncode) == fails, done.stdout + done.stderr
        return done

    def inside(self, *arguments: str) -> dict[str, Any]:
        done = subprocess.run(
            [sys.executable, "-m", "tests.operations.inside", str(self.data), *arguments],
            env=self.env, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found
