"""No request reaches the private network, whatever the name resolves to."""

import socket
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

import pytest
from tests.support.receiver import Receiver

from allears.kit import outbound
from allears.kit.outbound import Allowed, BlockedAddressError, Outbound, OutboundError, is_public, parse_allowed

PRIVATE = (
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
    "::1", "::", "fe80::1", "fc00::1", "fd12:3456::1", "ff02::1", "2001:db8::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "64:ff9b::a00:1",
    "2002:7f00:1::", "2002:a00:1::1",
)  # fmt: skip
PUBLIC = ("8.8.8.8", "93.184.216.34", "2606:2800:220:1::1", "64:ff9b::808:808", "::ffff:8.8.8.8")


@pytest.mark.parametrize("text", PRIVATE)
def test_private_addresses_are_known(text: str) -> None:
    assert not is_public(ip_address(text))


@pytest.mark.parametrize("text", PUBLIC)
def test_public_addresses_pass(text: str) -> None:
    assert is_public(ip_address(text))


def names(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> None:
    """Each look-up gets the next answer; the last one stays."""
    left = list(answers)

    def getaddrinfo(host: str, port: int, **_: Any) -> list[tuple[Any, ...]]:
        found = left.pop(0) if len(left) > 1 else left[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in found]

    monkeypatch.setattr(outbound, "getaddrinfo", getaddrinfo)


def post(url: str, allowed: str = "") -> outbound.Answer:
    sender = Outbound(allowed=parse_allowed(allowed))
    try:
        return sender.post(url, headers=[("host", "x"), ("content-length", "2")], body=b"{}", seconds=3)
    finally:
        sender.close()


@pytest.mark.parametrize("url", ["http://127.0.0.1:{port}/", "http://localhost:{port}/", "http://[::1]:{port}/"])
def test_plain_http_is_only_for_what_is_allowed(receiver: Receiver, url: str) -> None:
    with pytest.raises(BlockedAddressError, match="only https"):
        post(url.format(port=receiver.port))
    assert receiver.seen == []


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f000001", "127.1"]
)
def test_no_spelling_of_loopback_is_connected_to(receiver: Receiver, host: str) -> None:
    with pytest.raises(OutboundError):
        post(f"https://{host}:{receiver.port}/")
    assert receiver.seen == []


def test_one_private_address_among_public_ones_blocks_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    names(monkeypatch, ["93.184.216.34", "10.0.0.1"])
    with pytest.raises(BlockedAddressError, match=r"10\.0\.0\.1"):
        post("https://mixed.test/")


def test_the_address_that_was_checked_is_the_one_connected_to(
    monkeypatch: pytest.MonkeyPatch, receiver: Receiver
) -> None:
    """A name that answers with a public address first and a private one next gains nothing."""
    names(monkeypatch, ["93.184.216.34"], ["127.0.0.1"])
    connected: list[str] = []

    def connect(_: object, host: str, *rest: object) -> None:
        connected.append(host)
        raise outbound.httpcore.ConnectError("no network here")

    monkeypatch.setattr(outbound.httpcore.SyncBackend, "connect_tcp", connect)
    with pytest.raises(OutboundError):
        post(f"https://turning.test:{receiver.port}/")
    assert connected == ["93.184.216.34"]
    assert receiver.seen == []


@pytest.mark.parametrize("allowed", ["127.0.0.0/8", "127.0.0.1"])
def test_allowed_networks_are_reached(receiver: Receiver, allowed: str) -> None:
    answer = post(receiver.url, allowed)
    assert (answer.status, answer.start) == (200, b"thanks")


def test_allowed_names_are_reached_and_others_are_not(monkeypatch: pytest.MonkeyPatch, receiver: Receiver) -> None:
    names(monkeypatch, ["127.0.0.1"])
    assert post(f"http://hooks.intern:{receiver.port}/", "hooks.intern").status == 200
    with pytest.raises(BlockedAddressError):
        post(f"https://other.intern:{receiver.port}/", "hooks.intern")
    assert len(receiver.seen) == 1


def test_redirects_are_not_followed(receiver: Receiver) -> None:
    receiver.answers = [(302, {"location": "/elsewhere"})]
    assert post(receiver.url, "127.0.0.1").status == 302
    assert [each.path for each in receiver.seen] == ["/hooks"]


def test_a_certificate_of_nobody_is_refused(tls_receiver: Callable[[], int]) -> None:
    with pytest.raises(OutboundError, match="CERTIFICATE_VERIFY_FAILED"):
        post(f"https://127.0.0.1:{tls_receiver()}/", "127.0.0.1")


@pytest.fixture
def tls_receiver(tmp_path: Any) -> Callable[[], int]:
    """Speaks TLS with a certificate that nobody has signed."""
    import datetime
    import ssl
    import threading

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now).not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    pem = tmp_path / "tls.pem"
    pem.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)

    def start() -> int:
        listener = socket.create_server(("127.0.0.1", 0))

        def serve() -> None:
            plain, _ = listener.accept()
            with listener, plain:
                try:
                    context.wrap_socket(plain, server_side=True).close()
                except OSError:
                    return

        threading.Thread(target=serve, daemon=True).start()
        port: int = listener.getsockname()[1]
        return port

    return start


def test_ranges_are_read_strictly() -> None:
    assert parse_allowed("") == Allowed()
    with pytest.raises(ValueError):
        parse_allowed("10.0.0.0/99")
