"""A million adjustments by phone beside the least that PostgreSQL can do, each on a copy of one database."""

import json
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterable

import psycopg

from tests.bench import points
from tests.bench.market import Connection
from tests.bench.rows import Row
from tests.bench.site import ROOT, Site

ROUNDS = 2
SMALL = 10  # memory is compared with a file of a tenth of the rows


def adjustments(
    site: Site, server: str, connect: "Callable[[str], psycopg.Connection[tuple[object, ...]]]", count: int
) -> Iterable[Row]:
    """`site` is on the database that is copied, bench_points; `server` is another database of its server."""
    by_hand, ours = [], []
    for _round in range(ROUNDS):
        with _copied(connect, "bench_points_hand") as connection:
            by_hand.append(points.by_hand(connection, site.folder / "lines.txt", count, count))
        with _copied(connect, "bench_points_ours"):
            pass
        ours.append(_through_the_product(site, server, count, count))
    with _copied(connect, "bench_points_ours"):
        pass
    small = _through_the_product(site, server, count // SMALL, count)
    figure, limit = statistics.median(found["seconds"] for found in ours), statistics.median(by_hand)
    memory = max(found["megabytes"] for found in ours)
    flat = memory <= 1.2 * small["megabytes"]
    yield Row(
        f"{count:,} point adjustments by phone against raw COPY, INSERT … SELECT and UPDATE",
        round(figure, 1),
        round(limit, 1),
        "seconds",
        round(figure / limit, 2),
        "at most 1.5 x, flat memory",
        figure / limit <= 1.5 and flat,
        f"check {ours[0]['check_seconds']:.1f} s, run {ours[0]['run_seconds']:.1f} s | "
        f"{memory:.0f} MB, with a tenth of the rows {small['megabytes']:.0f} MB | "
        f"done {ours[0]['done']:,}, errors {ours[0]['error']:,}",
    )


def _copied(connect: "Callable[[str], Connection]", name: str) -> Connection:
    with connect("postgres") as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name}")
        connection.execute(f"CREATE DATABASE {name} TEMPLATE bench_points")
    return connect(name)


def _through_the_product(site: Site, server: str, count: int, members: int) -> dict[str, float]:
    file = site.folder / "points.csv"
    points.write_file(file, count, members)
    url = f"{server.rsplit('/', 1)[0]}/bench_points_ours"
    said = subprocess.run(
        [sys.executable, "-m", "tests.bench.points", str(file)],
        cwd=ROOT,
        env={**site.environment, "DATABASE_URL": url, "LOG_LEVEL": "WARNING"},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    found: dict[str, float] = json.loads(said.stdout)
    return found
