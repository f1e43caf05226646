"""Who has a page open, as far as anybody can tell: keys in Redis that expire by themselves."""

from collections.abc import Iterable

from asgiref.sync import sync_to_async
from django.core.cache import cache

SECONDS = 50  # pages ask every 20; one lost round does not make a person vanish


def _key(group: str) -> str:
    return f"here:{group}"


# The cache's client blocks; not thread-sensitive, so that it does not queue behind page views.
@sync_to_async(thread_sensitive=False)
def touch(groups: list[str]) -> None:
    """Someone of each group is here."""
    cache.set_many({_key(group): 1 for group in groups}, SECONDS)


@sync_to_async(thread_sensitive=False)
def is_here(group: str) -> bool:
    return cache.get(_key(group)) is not None


def people_here(user_ids: Iterable[int]) -> set[int]:
    """Those of `user_ids` who have a page open; none while Redis is away."""
    keys = {_key(f"user.{user_id}"): user_id for user_id in user_ids}
    return {keys[key] for key in cache.get_many(keys)}
