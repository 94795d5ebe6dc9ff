"""Addresses that others name and we open: only public ones, unless the operator has listed them.

The name is looked up once and the connection goes to the address that was judged, so that a name which answers
differently the second time gains nothing.
"""

import ipaddress
import socket
from collections.abc import Collection
from urllib.parse import urlsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class PrivateAddressError(ValueError):
    """The host leads into a private network that is not listed."""


class BadAddressError(ValueError):
    """Not a web address, or a name that nobody knows."""


def public_address(url: str, *, allowed: Collection[str] = ()) -> str:
    """The address to connect to for ``url``; ``allowed`` are names, addresses or networks that may be private.

    Raises:
        BadAddressError: no http(s) address, or the name cannot be looked up.
        PrivateAddressError: it leads to a private, loopback or otherwise special address.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise BadAddressError(url)
    found = _looked_up(parts.hostname, parts.port or (443 if parts.scheme == "https" else 80))
    if parts.hostname.lower() in {each.lower() for each in allowed}:
        return str(found[0])
    for each in found:
        if not (_is_public(each) or _listed(each, allowed)):
            raise PrivateAddressError(parts.hostname)
    return str(found[0])


def _looked_up(host: str, port: int) -> list[Address]:
    try:
        rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise BadAddressError(f"{host}: {error}") from error
    return [ipaddress.ip_address(str(row[4][0]).partition("%")[0]) for row in rows]


def _is_public(address: Address) -> bool:
    inner = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None) or address
    return bool(inner.is_global and address.is_global and not inner.is_multicast)


def _listed(address: Address, allowed: Collection[str]) -> bool:
    for each in allowed:
        try:
            if address in ipaddress.ip_network(each, strict=False):
                return True
        except ValueError:
            continue  # a name, compared by its name
    return False
