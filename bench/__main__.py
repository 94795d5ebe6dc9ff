"""`python -m bench [NAME …] [OPTIONS]`: run the benches; each prints its figure beside a floor or a peer of that run.

A bench is a module of this package with a docstring and ``main()``; it is found, never listed.
"""

import sys
import time
from importlib import import_module
from pkgutil import iter_modules

import bench


def names() -> list[str]:
    """Every bench, in alphabetical order; modules that begin with an underscore are shared parts."""
    return sorted(each.name for each in iter_modules(bench.__path__) if not each.name.startswith("_"))


def main() -> int:
    """Run the named benches, or all."""
    given = sys.argv[1:]
    if given in (["-h"], ["--help"]):
        print(f"{(__doc__ or '').strip()}\n\nBenches: {', '.join(names())}")
        return 0
    first = next((n for n, word in enumerate(given) if word.startswith("-")), len(given))
    wanted, sys.argv[1:] = given[:first] or names(), given[first:]  # a bench reads its own options
    unknown = sorted(set(wanted) - set(names()))
    if unknown:
        print(f"No such bench: {', '.join(unknown)}. There are: {', '.join(names())}.", file=sys.stderr)
        return 2
    for name in wanted:
        module = import_module(f"bench.{name}")
        print(f"\n== {name}: {(module.__doc__ or '').splitlines()[0]}", flush=True)
        began = time.monotonic()
        module.main()
        print(f"   ({time.monotonic() - began:.0f} s)", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
