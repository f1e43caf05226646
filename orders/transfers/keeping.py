"""A slip that outlives a form with an error in another field, so that it need not be chosen again.

One for each order and who fills in the form, for an hour, in the cache: see marketplace.common.uploads.
What was read from the picture as it was sent stays with it.
"""

import secrets

from django.core.cache import cache

from orders.transfers.slips import Slip

KEEP_SECONDS = 3600


def keep_slip(slip: Slip, *, owner: str) -> str:
    """Keeps `slip` in place of the owner's last one; the token goes into the form."""
    token = secrets.token_urlsafe(16)
    cache.set(_key(owner), (token, slip), KEEP_SECONDS)
    return token


def kept_slip(token: str, *, owner: str) -> Slip | None:
    """The slip that this owner got `token` for, if it is still there."""
    kept = cache.get(_key(owner)) if token else None
    if kept is None or not secrets.compare_digest(kept[0].encode(), token.encode()):
        return None
    slip: Slip = kept[1]
    return slip


def drop_slip(*, owner: str) -> None:
    cache.delete(_key(owner))


def _key(owner: str) -> str:
    return f"kept-slip:{owner}"
