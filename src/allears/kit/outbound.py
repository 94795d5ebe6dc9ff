"""HTTP to addresses that users typed: no way into the private network, whatever the name resolves to.

The name is resolved here, every address it has is checked, and the connection goes to the very address that was
checked, so a name that changes its mind between check and connect (DNS rebinding) gains nothing. Redirects are never
followed. Addresses of the own network are reachable only where the installation allows them by name or range.
"""

import contextlib
import ssl
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from socket import AF_UNSPEC, SOCK_STREAM, gaierror, getaddrinfo
from typing import Any
from urllib.parse import SplitResult, urlsplit

import httpcore

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
NAT64 = ip_network("64:ff9b::/96")
KEPT_BYTES = 1024


class OutboundError(RuntimeError):
    """The request could not be made; the text says why."""


class BlockedAddressError(OutboundError):
    """The address lies in a network that is not open to requests."""


@dataclass(frozen=True, kw_only=True)
class Allowed:
    """What may be reached although it is private: host names and networks."""

    hosts: frozenset[str] = frozenset()
    networks: tuple[Network, ...] = ()

    def host(self, name: str) -> bool:
        """Whether this name, or the literal address it is, was allowed."""
        name = name.strip("[]").rstrip(".").lower()
        if name in self.hosts:
            return True
        with contextlib.suppress(ValueError):
            return self.address(ip_address(name))
        return False

    def address(self, address: Address) -> bool:
        return any(address in network for network in self.networks if network.version == address.version)


def parse_allowed(text: str) -> Allowed:
    """``"10.0.0.0/8, hooks.intern"``; raises ValueError for a network that is none."""
    hosts, networks = set(), []
    for word in filter(None, (part.strip() for part in text.split(","))):
        if "/" in word or word.replace(".", "").isdigit() or ":" in word:
            networks.append(ip_network(word, strict=False))
        else:
            hosts.add(word.rstrip(".").lower())
    return Allowed(hosts=frozenset(hosts), networks=tuple(networks))


def parts_of(url: str) -> SplitResult:
    """The parts of what somebody typed; an address that cannot be read (``https://[``, a port of 99999) has no host."""
    try:
        parts = urlsplit(url.strip())
        _ = parts.port
    except ValueError:
        return urlsplit("")
    return parts


def embedded(address: Address) -> Iterable[Address]:
    """The address itself and every IPv4 address it stands for (mapped, 6to4, Teredo, NAT64)."""
    yield address
    if isinstance(address, IPv4Address):
        return
    if address.ipv4_mapped:
        yield address.ipv4_mapped
    if address.sixtofour:
        yield address.sixtofour
    if address.teredo:
        yield from address.teredo
    if address in NAT64:
        yield IPv4Address(int(address) & 0xFFFFFFFF)


def is_public(address: Address) -> bool:
    """Whether the whole internet can reach it, and so a request of ours tells nobody more."""
    return all(each.is_global and not each.is_multicast and not each.is_reserved for each in _judged(address))


def _judged(address: Address) -> Iterable[Address]:
    found = list(embedded(address))
    return found[1:] if len(found) > 1 and (address in NAT64 or getattr(address, "ipv4_mapped", None)) else found


def resolve(host: str, port: int) -> list[Address]:
    """Every address of a name; raises OutboundError when it has none."""
    try:
        found = getaddrinfo(host.strip("[]"), port, family=AF_UNSPEC, type=SOCK_STREAM)
    except (gaierror, UnicodeError) as error:
        raise OutboundError(f"{host} has no address: {error}") from error
    return list(dict.fromkeys(ip_address(str(entry[4][0]).partition("%")[0]) for entry in found))


def checked(host: str, port: int, allowed: Allowed) -> list[Address]:
    """The addresses to connect to; raises BlockedAddressError when any of them is private and not allowed."""
    found = resolve(host, port)
    if not allowed.host(host):
        for address in found:
            if not is_public(address) and not allowed.address(address):
                raise BlockedAddressError(f"{host} leads to {address}, an address that is not public")
    return found


class GuardedBackend(httpcore.NetworkBackend):
    """Connects to checked addresses only, at the moment of connecting."""

    def __init__(self, allowed: Allowed) -> None:
        self._allowed = allowed
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        trouble: Exception | None = None
        for address in checked(host, port, self._allowed):
            try:
                return self._plain.connect_tcp(str(address), port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                trouble = error
        raise trouble or httpcore.ConnectError(f"{host} has no address")

    def connect_unix_socket(self, *_: Any, **__: Any) -> httpcore.NetworkStream:
        raise BlockedAddressError("no sockets of this machine")

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back: the code, its headers (names in lower case) and the first bytes of the body."""

    status: int
    headers: Mapping[str, str]
    start: bytes


class Outbound:
    """Open connections to peers outside. One for each sending process; threads may share it."""

    def __init__(self, *, allowed: Allowed, context: Callable[[], ssl.SSLContext] = _tls) -> None:
        self._allowed = allowed
        self._pool = httpcore.ConnectionPool(
            ssl_context=context(),
            network_backend=GuardedBackend(allowed),
            max_connections=100,
            max_keepalive_connections=20,
            keepalive_expiry=30,
        )

    def post(
        self, url: str, *, headers: Sequence[tuple[str, str]], body: bytes, seconds: float, kept: int = KEPT_BYTES
    ) -> Answer:
        """POST once, follow nothing, read no more than ``kept`` bytes; raises OutboundError."""
        return self.request("POST", url, headers=headers, body=body, seconds=seconds, kept=kept)

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Sequence[tuple[str, str]] = (),
        body: bytes = b"",
        seconds: float,
        kept: int = KEPT_BYTES,
    ) -> Answer:
        """Any method, once; as ``post``."""
        parts = urlsplit(url)
        if parts.scheme != "https" and not (parts.scheme == "http" and self._allowed.host(parts.hostname or "")):
            raise BlockedAddressError("only https:// addresses are called")
        limit = {"connect": seconds, "read": seconds, "write": seconds, "pool": seconds}
        try:
            with self._pool.stream(
                method, url, headers=[*headers], content=body, extensions={"timeout": limit}
            ) as response:
                start = _first_bytes(response.iter_stream(), kept, time.monotonic() + seconds)
        except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
            raise OutboundError(f"{type(error).__name__}: {error}".rstrip(": ")) from error
        return Answer(
            status=response.status,
            headers={name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers},
            start=start,
        )

    def close(self) -> None:
        self._pool.close()


def _first_bytes(stream: Iterable[bytes], kept: int, deadline: float) -> bytes:
    start = b""
    for part in stream:
        start += part
        if len(start) >= kept or time.monotonic() > deadline:
            break
    return start[:kept]
