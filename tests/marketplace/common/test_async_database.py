import asyncio

import pytest
from django.db import connection
from psycopg import AsyncConnection
from psycopg.errors import DivisionByZero

from marketplace.common.async_database import MAX_CONNECTIONS, application_name, close_pool, with_connection
from tests.support.private import wait_until

pytestmark = pytest.mark.django_db(transaction=True)


async def one(database: AsyncConnection[tuple[int]]) -> int:
    row = await (await database.execute("SELECT 1")).fetchone()
    assert row is not None
    return row[0]


def open_connections() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name = %s",
            [application_name()],
        )
        return int(cursor.fetchone()[0])


def cut_connections() -> None:
    """What a restart of PostgreSQL does to those who are connected."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name = %s",
            [application_name()],
        )


def test_many_at_once_share_few_connections_and_closing_leaves_none() -> None:
    async def work() -> tuple[list[int], int]:
        answers = await asyncio.gather(*(with_connection(one) for _ in range(50)))
        opened = await asyncio.to_thread(_in_thread, open_connections)
        await close_pool()
        return answers, opened

    answers, opened = asyncio.run(work())

    assert answers == [1] * 50
    assert 1 <= opened <= MAX_CONNECTIONS
    # A busy server strikes who has gone from its list a moment later.
    wait_until(lambda: open_connections() == 0, 30, lambda: f"{open_connections()} are still open")


def test_dead_connections_are_replaced_without_anyone_noticing() -> None:
    async def work() -> list[int]:
        await asyncio.gather(*(with_connection(one) for _ in range(20)))
        await asyncio.to_thread(_in_thread, cut_connections)
        answers = await asyncio.gather(*(with_connection(one) for _ in range(20)))
        await close_pool()
        return answers

    assert asyncio.run(work()) == [1] * 20


def test_a_statement_that_fails_is_not_repeated_and_spoils_no_connection() -> None:
    attempts = 0

    async def divide(database: AsyncConnection[tuple[int]]) -> None:
        nonlocal attempts
        attempts += 1
        await database.execute("SELECT 1 / 0")

    async def work() -> int:
        with pytest.raises(DivisionByZero):
            await with_connection(divide)
        answer = await with_connection(one)
        await close_pool()
        return answer

    assert asyncio.run(work()) == 1
    assert attempts == 1


def _in_thread(work):  # type: ignore[no-untyped-def]
    try:
        return work()
    finally:
        connection.close()
