"""A photo that outlives a form with an error in another field, so that it need not be chosen again.

One for each person, for an hour, in the cache: what is abandoned goes by itself, and nobody can fill a disk
with it. While Redis is away the photo has to be chosen again.
"""

import secrets

from django.core.cache import cache

from marketplace.common.images import Photo

KEEP_SECONDS = 3600


def keep_photo(photo: Photo, *, user_id: int) -> str:
    """Keeps `photo` in place of the person's last one; the token goes into the form."""
    token = secrets.token_urlsafe(16)
    cache.set(_key(user_id), (token, photo), KEEP_SECONDS)
    return token


def kept_photo(token: str, *, user_id: int) -> Photo | None:
    """The photo that this person got `token` for, if it is still there."""
    kept = cache.get(_key(user_id)) if token else None
    if kept is None or not secrets.compare_digest(kept[0].encode(), token.encode()):
        return None
    photo: Photo = kept[1]
    return photo


def drop_photo(*, user_id: int) -> None:
    cache.delete(_key(user_id))


def _key(user_id: int) -> str:
    return f"kept-photo:{user_id}"
