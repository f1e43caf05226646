"""The store's own key pair with which it signs notices to people's devices (VAPID, RFC 8292).

`python -m marketplace.notify.vapid` prints a new pair, ready for the environment.
"""

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid

Pair = tuple[str, str]  # public, private; base64url without padding, as browsers and other tools have them


def new_pair() -> Pair:
    vapid = Vapid()
    vapid.generate_keys()
    return pair_of(vapid.private_key.private_numbers().private_value.to_bytes(32, "big"))


def pair_from(secret: str) -> Pair:
    """Always the same pair for one secret: for a developer's machine, which has no keys of its own."""
    return pair_of(hashlib.sha256(f"vapid:{secret}".encode()).digest())


def pair_of(private: bytes) -> Pair:
    """`private`: 32 bytes. Raises ValueError for what is no key."""
    key = Vapid.from_raw(_encode(private).encode()).public_key
    return _encode(key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)), _encode(private)


def belong_together(public: str, private: str) -> bool:
    try:
        key = Vapid.from_raw(private.encode()).public_key
    except ValueError:
        return False
    return _encode(key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)) == public.rstrip("=")


def is_browser_key(p256dh: str, auth: str) -> bool:
    """Whether a browser's public key and secret are such that something can be encrypted for it."""
    try:
        Vapid.from_raw_public(p256dh.encode())
        return len(urlsafe_b64decode(auth + "=" * (-len(auth) % 4))) == 16
    except ValueError:
        return False


def _encode(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


if __name__ == "__main__":
    for name, value in zip(("VAPID_PUBLIC_KEY", "VAPID_PRIVATE_KEY"), new_pair(), strict=True):
        print(f"{name}={value}")  # noqa: T201  # this is what it is for
