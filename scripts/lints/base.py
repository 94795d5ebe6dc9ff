"""What every rule works on: a parsed source file, and what it gives back: findings."""

import ast
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, kw_only=True)
class Finding:
    path: str
    line: int
    rule: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: [{self.rule}] {self.message}"


@dataclass(frozen=True, kw_only=True)
class Source:
    """`path` is relative to the repository, so that a rule can tell the rooms apart."""

    path: str
    text: str
    tree: ast.Module

    @classmethod
    def parse(cls, *, path: str, text: str) -> "Source":
        return cls(path=path, text=text, tree=ast.parse(text, filename=path))

    @property
    def is_migration(self) -> bool:
        return "/migrations/" in self.path

    @property
    def is_product(self) -> bool:
        return self.path.startswith("src/allears/")

    @property
    def room(self) -> str:
        """The domain a product file belongs to (`cases.py` at the top counts under its own name)."""
        return Path(self.path).parts[2].removesuffix(".py") if self.is_product else ""

    def finding(self, node: ast.AST, rule: str, message: str) -> Finding:
        return Finding(path=self.path, line=getattr(node, "lineno", 1), rule=rule, message=message)


Rule = Callable[[Source], Iterable[Finding]]


def dotted(node: ast.AST) -> str:
    """`a.b.c` for a chain of names, else the empty string."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    return ".".join([node.id, *reversed(parts)])


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


@cache
def layer_of() -> dict[str, int]:
    """Height of each room, from the layers in pyproject.toml: 0 is the ground floor."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    layers = next(each["layers"] for each in config["tool"]["importlinter"]["contracts"] if each["type"] == "layers")
    return {room.strip(" ()"): height for height, layer in enumerate(reversed(layers)) for room in layer.split("|")}
