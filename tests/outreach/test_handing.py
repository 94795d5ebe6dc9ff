"""Mails reach the socket whole, also those larger than its buffer."""

import socket
from concurrent.futures import ThreadPoolExecutor

import pytest

from allears.outreach.channels.email.handing import send_whole


def everything(from_: socket.socket) -> bytes:
    with from_:
        return b"".join(iter(lambda: from_.recv(65_536), b""))


@pytest.mark.parametrize("size", [10, 8_000_000])
def test_every_byte_arrives_in_order(size: int) -> None:
    ours, theirs = socket.socketpair()
    ours.settimeout(10)
    content = (b"line %d\r\n" % 7 + b"\x00") * (size // 8)
    with ThreadPoolExecutor(1) as reading:
        arrived = reading.submit(everything, theirs)
        send_whole(ours, content)
        ours.close()
        assert arrived.result() == content


def test_a_peer_that_left_is_an_error() -> None:
    ours, theirs = socket.socketpair()
    theirs.close()
    with ours, pytest.raises(OSError, match=r"pipe|reset"):
        send_whole(ours, b"too late")
