"""Fetching an address that a person typed in: bounded in time and size, public unless listed, each redirect judged."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, urljoin, urlsplit

from django.conf import settings

from allears.kit.lazy import LazyModule
from allears.listen.sources.base import SourceTrouble

if TYPE_CHECKING:
    import httpx

    from allears.kit import outbound
else:
    httpx, outbound = LazyModule("httpx"), LazyModule("allears.kit.outbound")

SECONDS = 20.0
MOST_BYTES = 10 << 20
MOST_REDIRECTS = 5
AGENT = "AllEars (reads feeds for its customers)"


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """What came. ``unchanged``: the server said that nothing is new."""

    url: str
    body: bytes
    headers: Mapping[str, str]
    unchanged: bool = False


def fetch(url: str, *, headers: Mapping[str, str] | None = None) -> Fetched:
    """GET an address; raises SourceTrouble in words for whoever set it up."""
    timeout = httpx.Timeout(SECONDS)
    with httpx.Client(timeout=timeout, follow_redirects=False, trust_env=False) as client:
        for _hop in range(MOST_REDIRECTS + 1):
            found = _one(client, url, dict(headers or {}))
            if not isinstance(found, str):
                return found
            if not _may_know(outbound.parts_of(found), outbound.parts_of(url)):
                headers = {name: value for name, value in (headers or {}).items() if name.lower() != "authorization"}
            url = found
    raise SourceTrouble("status", status="too many redirects", url=url)


def _may_know(onward: SplitResult, asked: SplitResult) -> bool:
    """Whether a password goes along to where a redirect leads: to the same host, and not in the clear all at once."""
    return onward.hostname == asked.hostname and (onward.scheme == "https" or asked.scheme == "http")


def post_form(url: str, form: Mapping[str, str]) -> tuple[int, bytes]:
    """POST a form to an address of an identity service; its status and words. Redirects are not followed."""
    host = outbound.parts_of(url).hostname or url
    with httpx.Client(timeout=httpx.Timeout(SECONDS), follow_redirects=False, trust_env=False) as client:
        request = _request(client, url, {"Accept": "application/json"}, method="POST", data=form)
        try:
            response = client.send(request, stream=True)
            try:
                return response.status_code, _body(response, url)
            finally:
                response.close()
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            raise _trouble(host, error) from error


def _trouble(host: str, error: Exception) -> SourceTrouble:
    untrusted = isinstance(error, httpx.ConnectError) and "certificate" in str(error).lower()
    reason = str(error) or type(error).__name__
    return SourceTrouble("untrusted" if untrusted else "unreachable", host=host, reason=reason)


def _one(client: "httpx.Client", url: str, headers: dict[str, str]) -> "Fetched | str":
    """The answer, or the address that it sends us on to."""
    host = outbound.parts_of(url).hostname or url
    request = _request(client, url, headers)
    try:
        response = client.send(request, stream=True)
        try:
            if response.is_redirect:
                return _onward(url, response.headers["location"])
            if response.status_code == 304:
                return Fetched(url=url, body=b"", headers=response.headers, unchanged=True)
            if response.status_code != 200:
                lasting = response.status_code in {400, 401, 403, 404, 410}
                raise SourceTrouble("status", permanent=lasting, status=response.status_code, url=url)
            return Fetched(url=url, body=_body(response, url), headers=response.headers)
        finally:
            response.close()
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
        raise _trouble(host, error) from error


def _onward(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError as error:
        raise SourceTrouble("bad_address", url=location) from error


def _request(
    client: "httpx.Client", url: str, headers: dict[str, str], *, method: str = "GET", **content: Any
) -> "httpx.Request":
    """To the very address that was judged, under the name it was asked for."""
    address = judge(url)
    parts = urlsplit(url)
    host = parts.hostname or ""
    target = httpx.URL(url).copy_with(host=address)
    named = {"Host": parts.netloc.rpartition("@")[2], "User-Agent": AGENT, "Accept": "*/*", **headers}
    return client.build_request(method, target, headers=named, extensions={"sni_hostname": host}, **content)


def judge(url: str) -> str:
    """The IP address to connect to; raises SourceTrouble for one that may not be opened."""
    parts = outbound.parts_of(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise SourceTrouble("bad_address", permanent=True, url=url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = outbound.checked(parts.hostname, port, outbound.parse_allowed(settings.SOURCE_ALLOW))
    except outbound.BlockedAddressError as error:
        raise SourceTrouble("private_address", permanent=True, host=parts.hostname) from error
    except outbound.OutboundError as error:
        raise SourceTrouble("unreachable", host=parts.hostname, reason=error) from error
    return str(found[0])


def _body(response: "httpx.Response", url: str) -> bytes:
    parts, size = [], 0
    for block in response.iter_bytes():
        size += len(block)
        if size > MOST_BYTES:
            raise SourceTrouble("too_large", what=url, most=f"{MOST_BYTES >> 20} MB")
        parts.append(block)
    return b"".join(parts)
