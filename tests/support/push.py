"""A push service on loopback, and the browsers that it serves: what a phone would show can be read."""

import json
import secrets
import threading
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


@dataclass
class Browser:
    """Holds the private key that no server ever sees."""

    endpoint: str
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(16))

    def subscription(self) -> dict[str, Any]:
        """As `PushSubscription.toJSON()` has it."""
        return {"endpoint": self.endpoint, "expirationTime": None, "keys": self.keys}

    @property
    def keys(self) -> dict[str, str]:
        public = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {"p256dh": encode(public), "auth": encode(self.secret)}

    def read(self, body: bytes) -> dict[str, Any]:
        text = http_ece.decrypt(body, private_key=self.key, auth_secret=self.secret, version="aes128gcm")
        notice: dict[str, Any] = json.loads(text)
        return notice


@dataclass
class PushService:
    """Takes what is posted to it; `answers[path]` are the statuses of the next posts there."""

    url: str = ""
    answers: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    posts: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    def browser(self, name: str) -> Browser:
        return Browser(f"{self.url}/{name}")

    def shown(self, browser: Browser) -> list[dict[str, Any]]:
        path = browser.endpoint.removeprefix(self.url)
        return [browser.read(body) for posted, _headers, body in self.posts if posted == path]


def token_of(authorization: str) -> tuple[dict[str, Any], str]:
    """The claims of a VAPID header, whose signature is checked with the key in it, and that key."""
    scheme, _, rest = authorization.partition(" ")
    assert scheme == "vapid"
    parts = dict(part.strip().split("=", 1) for part in rest.split(","))
    signed, _, signature = parts["t"].rpartition(".")
    raw = decode(signature)
    der = utils.encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decode(parts["k"]))
    key.verify(der, signed.encode(), ec.ECDSA(SHA256()))
    head, claims = (json.loads(decode(part)) for part in signed.split("."))
    assert head == {"typ": "JWT", "alg": "ES256"}
    return claims, parts["k"]


@contextmanager
def push_service() -> Iterator[PushService]:
    service = PushService()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = service.answers[self.path].pop(0) if service.answers[self.path] else 201
            if status < 300:
                service.posts.append((self.path, dict(self.headers), body))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        service.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=[0.01])
        thread.start()
        try:
            yield service
        finally:
            server.shutdown()
            thread.join()


def encode(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
