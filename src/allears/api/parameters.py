"""Query parameters that an address does not know are refused: a misspelt filter must not answer with everything.

One mechanism for every router. What an operation knows is read from its own signature, so nothing is listed twice.
"""

import inspect
from collections.abc import Callable
from difflib import get_close_matches
from functools import wraps
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponseBase

from allears.api.problems import ProblemError

Run = Callable[..., HttpResponseBase]
View = Callable[..., Any]
V = TypeVar("V", bound=View)
_OPEN = "_takes_any_parameter"


def any_parameter(view: V) -> V:
    """Mark a view that reads the query itself and refuses what it does not know."""
    setattr(view, _OPEN, True)
    return view


def tell_known(run: Run) -> Run:
    """Wrap ``Operation.run`` (mode "view"): the request carries the names that this operation takes."""
    operation = inspect.unwrap(run).__self__
    known = frozenset(
        name
        for model in operation.models
        if model.__ninja_param_source__ == "query"
        for name in model.__ninja_flatten_map__
    )

    @wraps(run)
    def wrapped(request: HttpRequest, **arguments: Any) -> HttpResponseBase:
        request.known_parameters = known  # type: ignore[attr-defined]
        return run(request, **arguments)

    return wrapped


def refuse_unknown(view: View) -> View:
    """Wrap the view itself (mode "operation"), so that a key that is not valid is told first."""
    if getattr(view, _OPEN, False):
        return view

    @wraps(view)
    def wrapped(request: HttpRequest, **arguments: Any) -> Any:
        known: frozenset[str] = request.known_parameters  # type: ignore[attr-defined]
        if unknown := sorted(set(request.GET) - known):
            raise _refusal(unknown, sorted(known))
        return view(request, **arguments)

    return wrapped


def _refusal(unknown: list[str], known: list[str]) -> ProblemError:
    errors = [{"pointer": f"query/{name}", "detail": _advice(name, known)} for name in unknown]
    detail = (
        f"Nothing was done. This address takes: {', '.join(known)}."
        if known
        else ("Nothing was done. This address takes no query parameters.")
    )
    return ProblemError(
        status=422,
        title="This address does not know " + ", ".join(f"`{name[:60]}`" for name in unknown[:5]),
        detail=detail,
        errors=errors,
        known=known,
    )


def _advice(name: str, known: list[str]) -> str:
    near = get_close_matches(name, known, n=1)
    return f"Unknown parameter. Did you mean `{near[0]}`?" if near else "Unknown parameter."
