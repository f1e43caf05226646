"""PostgreSQL for the sockets' hot path: a small pool of psycopg's own async connections.

Django's connections are for threads; a thread hop for each chat message would cost as much as the message.
Connections are in autocommit, so one statement is one transaction.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from django.db import connections
from psycopg import AsyncConnection, InterfaceError, OperationalError
from psycopg_pool import AsyncConnectionPool

T = TypeVar("T")
Connection = AsyncConnection[Any]

MAX_CONNECTIONS = 4  # Python is the limit long before PostgreSQL is
WAIT_SECONDS = 5.0
GONE = (OperationalError, InterfaceError)  # PostgreSQL is away, or no connection came free in time

_pools: "WeakKeyDictionary[asyncio.AbstractEventLoop, AsyncConnectionPool[Connection]]" = WeakKeyDictionary()


async def with_connection(work: Callable[[Connection], Awaitable[T]]) -> T:
    """What `work` gives back. After an outage the dead connections are replaced and `work` runs once more,
    so it must bear to be repeated. Raises one of GONE while PostgreSQL is away."""
    pool = _pools.get(asyncio.get_running_loop()) or await _open()
    try:
        async with pool.connection() as connection:
            return await work(connection)
    except GONE:
        await pool.check()
        async with pool.connection() as connection:
            return await work(connection)


def application_name() -> str:
    """How this process's connections are called in pg_stat_activity."""
    return f"talad sockets {os.getpid()}"


async def close_pool() -> None:
    """Closes this event loop's connections; the next use opens new ones."""
    pool = _pools.pop(asyncio.get_running_loop(), None)
    if pool is not None:
        await pool.close()


async def _open() -> "AsyncConnectionPool[Connection]":
    pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
        kwargs=_parameters(),
        min_size=1,
        max_size=MAX_CONNECTIONS,
        timeout=WAIT_SECONDS,
        reconnect_timeout=30,
        name="sockets",
        open=False,
    )
    _pools[asyncio.get_running_loop()] = pool  # before the first await: two openers would make two pools
    await pool.open()
    return pool


def _parameters() -> dict[str, Any]:
    """What libpq needs, from the same settings as Django's own connection."""
    settings = connections["default"].settings_dict
    options = {name: value for name, value in settings["OPTIONS"].items() if name != "pool"}
    named = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    given = {ours: settings[theirs] for ours, theirs in named.items() if settings[theirs]}
    # Every statement here is a look-up by key that runs again and again: planning it anew for each
    # message would cost as much as running it.
    options["options"] = f"{options.get('options', '')} -c plan_cache_mode=force_generic_plan".strip()
    return {"autocommit": True, "application_name": application_name(), **options, **given}
