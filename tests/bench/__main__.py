"""`make bench [JSON=file]`: what the product costs, beside its limits, in one run on one machine."""

import argparse
import contextlib
import json
import os
import platform
import resource
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

import environ
import psycopg

from marketplace.dev.embedded import EmbeddedServers

# Modules of the product read their settings when they are imported.
os.environ.setdefault("DATABASE_URL", "postgres://unused/unused")
os.environ.setdefault("REDIS_URL", "redis://unused")
os.environ.setdefault("DEBUG", "1")

from tests.bench import desk, market, member_rows, members, parcels, points, points_rows, rows, shop_rows
from tests.bench.site import Site

PARTS = ("pages", "market", "chat", "desk", "members", "points")
OWN_DATABASES = {"desk", "members", "points"}  # no market
SIZES = {"small": 10_000, "large": 1_000_000}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, default=os.environ.get("JSON"))
    parser.add_argument("--only", choices=PARTS)
    parser.add_argument("--large", type=int, default=SIZES["large"], help="services in the large market")
    arguments = parser.parse_args()
    _allow_many_sockets()
    with tempfile.TemporaryDirectory(prefix="talad-bench-") as folder:
        found = list(_measure(Path(folder), arguments.only, {**SIZES, "large": arguments.large}))
    _print(found)
    if arguments.json:
        Path(arguments.json).write_text(json.dumps([row.as_json() for row in found], indent=1) + "\n")
    raise SystemExit(0 if all(row.holds for row in found) else 1)


def _measure(folder: Path, only: str | None, sizes: dict[str, int]) -> Iterable[rows.Row]:
    wanted = {only} if only else set(PARTS)
    with contextlib.closing(_Removed(folder / "servers")) as servers:
        sites, pks = {}, {}
        for offset, (name, size) in enumerate(sizes.items()):
            if wanted <= OWN_DATABASES or (name == "large" and "market" not in wanted):
                continue
            url = _database(servers.database_url, name)
            site = Site(url, servers.redis_url, folder / name, redis_offset=4 * offset)
            _say(f"a market of {size:,} services")
            site.manage("migrate", "-v0")
            site.manage("collectstatic", "--noinput", "-v0")
            with _connect(url) as connection:
                market.fill(connection, size)
                pks[name] = [r[0] for r in connection.execute("SELECT id FROM services_service LIMIT 50")]
            sites[name] = site
        if "desk" in wanted:
            yield from _sales_desk(servers, folder, sizes)
        if "members" in wanted:
            yield from _members(servers, folder, sizes)
        if "points" in wanted:
            yield from _points(servers, folder, sizes["large"])
        if wanted <= OWN_DATABASES:
            return
        with sites["small"].running() as small:
            if "pages" in wanted:
                _say("signed-out pages")
                yield from rows.signed_out_pages(small, pks["small"])
            if "market" in wanted:
                _say("browse and search at both sizes")
                with sites["large"].running() as large:
                    yield from rows.browse_and_search(small, large)
            if "chat" in wanted:
                _say("chat")
                yield from rows.chat(small)


def _sales_desk(servers: EmbeddedServers, folder: Path, sizes: dict[str, int]) -> Iterable[rows.Row]:
    sites = []
    for offset, (name, size) in enumerate(sizes.items(), start=2):
        url = _database(servers.database_url, f"desk_{name}")
        site = Site(url, servers.redis_url, folder / f"desk-{name}", redis_offset=4 * offset)
        _say(f"a shop with {size:,} orders")
        site.manage("migrate", "-v0")
        site.manage("collectstatic", "--noinput", "-v0")
        with _connect(url) as connection:
            market.fill(connection, 1000)
            desk.fill(connection, size)
            parcels.fill(connection, size)
        sites.append(site)
    _say("the sales desk at both sizes")
    with sites[0].running() as small, sites[1].running() as large:
        yield from shop_rows.sales_desk(small, large)
        _say("deliveries at both sizes")
        yield from shop_rows.deliveries(small, large)


def _members(servers: EmbeddedServers, folder: Path, sizes: dict[str, int]) -> Iterable[rows.Row]:
    sites = []
    for offset, (name, size) in enumerate(sizes.items(), start=2):
        url = _database(servers.database_url, f"members_{name}")
        site = Site(url, servers.redis_url, folder / f"members-{name}", redis_offset=4 * offset)
        _say(f"{size:,} members")
        site.manage("migrate", "-v0")
        site.manage("collectstatic", "--noinput", "-v0")
        with _connect(url) as connection:
            members.fill(connection, size)
        sites.append(site)
    _say("members at both sizes")
    with sites[0].running() as small, sites[1].running() as large:
        yield from member_rows.members(small, large)


def _points(servers: EmbeddedServers, folder: Path, count: int) -> Iterable[rows.Row]:
    def connect(name: str) -> "psycopg.Connection[tuple[object, ...]]":
        return _connect(f"{servers.database_url.rsplit('/', 1)[0]}/{name}")

    _say(f"{count:,} point adjustments by phone")
    url = _database(servers.database_url, "points")
    site = Site(url, servers.redis_url, folder / "points", redis_offset=0)
    site.manage("migrate", "-v0")
    with _connect(url) as connection:
        points.fill(connection, count)
    yield from points_rows.adjustments(site, servers.database_url, connect, count)


class _Removed(EmbeddedServers):
    """Started at once; closing deletes the data too, which as root may lie outside the folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.start()

    def close(self) -> None:
        self.remove()


def _connect(url: str) -> "psycopg.Connection[tuple[object, ...]]":
    parts = environ.Env.db_url_config(url)
    return psycopg.connect(
        dbname=parts["NAME"],
        user=parts["USER"] or None,
        password=parts["PASSWORD"] or None,
        host=parts["HOST"] or None,
        port=parts["PORT"] or None,
        autocommit=True,
    )


def _database(url: str, name: str) -> str:
    base = url.rsplit("/", 1)[0]
    with _connect(url) as connection:
        connection.execute(f"CREATE DATABASE bench_{name}")
    return f"{base}/bench_{name}"


def _allow_many_sockets() -> None:
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _say(sentence: str) -> None:
    print(f"{time.strftime('%H:%M:%S')}  {sentence} …", flush=True)


def _print(found: list[rows.Row]) -> None:
    machine = platform.processor() or platform.machine()
    print(f"\n{machine}, {os.cpu_count()} cores, Python {platform.python_version()}")
    for row in found:
        mark = "holds" if row.holds else "FALLS SHORT"
        print(f"\n{row.work}\n  {row.figure:g} against {row.limit:g} {row.unit}: {row.ratio:g} x"
              f" (goal {row.goal}) {mark}\n  {row.remarks}")  # fmt: skip


if __name__ == "__main__":
    main()
