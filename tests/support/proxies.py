"""Reverse proxies as Hugging Face and operators put them before the Space, on a free port of this machine."""

import datetime
import http.client
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

CHUNK = 65_536


class _Proxy(BaseHTTPRequestHandler):
    """Set by `proxy`: address, the server behind; prefix, taken from each path; pages, by host."""

    address: str
    prefix: str
    pages: Mapping[str, str]

    def do_GET(self) -> None:
        page = self.pages.get(self.headers["host"].partition(":")[0])
        if page is None:
            self._pass_on()
        else:
            self._answer(200, {"content-type": "text/html"}, page.encode())

    def do_POST(self) -> None:
        self._pass_on()

    def _pass_on(self) -> None:
        if not self.path.startswith(f"{self.prefix}/"):
            self._answer(404, {}, b"")
            return
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        given = {name: value for name, value in self.headers.items() if name.lower() != "connection"}
        if isinstance(self.connection, ssl.SSLSocket):
            given["x-forwarded-proto"] = "https"
        behind = http.client.HTTPConnection(self.address, timeout=60)
        with suppress(ConnectionError):  # the browser left
            behind.request(self.command, self.path.removeprefix(self.prefix), body, given)
            answer = behind.getresponse()
            self._answer(answer.status, dict(answer.getheaders()))
            while part := answer.read1(CHUNK):
                self.wfile.write(part)
        behind.close()

    def _answer(self, status: int, headers: Mapping[str, str], body: bytes = b"") -> None:
        self.send_response_only(status)
        for name, value in headers.items():
            if name.lower() not in ("transfer-encoding", "connection"):  # those of the other connection
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def proxy(
    url: str, *, prefix: str = "", pages: Mapping[str, str] | None = None, certificate: Path | None = None
) -> Iterator[int]:
    """Run a proxy before the server at `url`; yields its port.

    prefix: what it strips from each path; pages: HTML that it answers itself, by host; certificate: file with
        key and certificate, for TLS
    """
    settings = {"address": url.removeprefix("http://"), "prefix": prefix, "pages": pages or {}}
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Proxy", (_Proxy,), settings))
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


def make_certificate(file: Path) -> Path:
    """Write a key and a certificate that nobody has signed, good for an hour."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .sign(key, hashes.SHA256())
    )
    as_pem = serialization.Encoding.PEM
    secret = key.private_bytes(as_pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(secret + made.public_bytes(as_pem))
    return file
