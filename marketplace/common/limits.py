"""How often something may be done: counted in the cache, so nothing is refused while Redis is away."""

from django.core.cache import cache


def may_do(action: str, key: object, *, times: int, seconds: int) -> bool:
    """Counts one more `action` of `key` and says whether it is within `times` in `seconds`.

    The seconds run from the first one, so that whoever goes on trying is let in again.
    """
    name = f"limit:{action}:{key}"
    cache.add(name, 0, seconds)
    try:
        return bool(cache.incr(name) <= times)
    except ValueError:  # it ran out between the two
        return True
