"""Each measurement of design section 9 beside its limit, in one run, as medians of several rounds."""

import json
import random
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from urllib.parse import quote

from tests.bench import chat_load, http_load
from tests.bench.site import ROOT, Site, server_cpu_seconds

ROUNDS = 5


@dataclass(frozen=True)
class Row:
    work: str
    figure: float
    limit: float
    unit: str
    ratio: float
    goal: str
    holds: bool
    remarks: str = ""

    def as_json(self) -> dict[str, object]:
        row = asdict(self)
        del row["remarks"]
        return row


def _cpu(site: Site) -> Callable[[], float]:
    return lambda: site.cpu_seconds() + server_cpu_seconds()


def signed_out_pages(site: Site, service_pks: list[int]) -> Iterable[Row]:
    """Browse page and service page, signed out, against the bare view, turn by turn."""
    works = {
        "bare view, 24 rows": ["/bench/bare/"] * 400,
        "browse page": ["/services/"] * 1200,
        "service page": [f"/services/{service_pks[0]}/"] * 1200,
    }
    loads: dict[str, list[http_load.Load]] = {name: [] for name in works}
    for _ in range(ROUNDS):
        for name, paths in works.items():
            loads[name].append(http_load.run(site.port, paths, _cpu(site)))
    bare = loads.pop("bare view, 24 rows")
    for (name, measured), goal in zip(loads.items(), (2.0, 1.0), strict=True):
        figure = statistics.median(load.requests_per_second for load in measured)
        limit = statistics.median(load.requests_per_second for load in bare)
        yield Row(
            f"{name}, signed out, against the bare view",
            round(figure),
            round(limit),
            "requests/s",
            round(figure / limit, 2),
            f"at least {goal:g} x",
            figure / limit >= goal,
            f"{_said(measured)} | bare {_said(bare)}",
        )


def _said(loads: list[http_load.Load]) -> str:
    middle = sorted(loads, key=lambda load: load.cpu_ms)[len(loads) // 2]
    return f"cpu {middle.cpu_ms:.2f} ms, p50 {middle.p50_ms:.1f} ms, p99 {middle.p99_ms:.1f} ms"


QUERIES = [
    "นวดไทย", "กฎหมาย", "ซ่อมมือ", "นวดไทย โยคะ", "ปรึกษากฎหมาย ไพ่ยิปซี", "นวดไทน", "خوشنویسی", "مشاوره حقوقي",
    "كلاس آشپزی", "زعفران یوگا", "ki", "tu van luat", "nấu ăn", "sua dien thoai", "English lesson", "potery",
    "legal advice", "wedding photo", "coffee bana", "tarot yoga",
]  # fmt: skip


def browse_and_search(small: Site, large: Site, service_pks: dict[int, list[int]]) -> Iterable[Row]:
    """The same addresses at both sizes; a number in the address keeps every page out of the cache."""
    for name, make in (("browse", _browse_paths), ("search", _search_paths)):
        times: dict[int, list[float]] = {id(small): [], id(large): []}
        p99: dict[int, list[float]] = {id(small): [], id(large): []}
        for number in range(ROUNDS):
            for site in (small, large):
                load = http_load.run(site.port, make(number), _cpu(site), connections=1)
                times[id(site)].append(load.p50_ms)
                p99[id(site)].append(load.p99_ms)
        figure, limit = statistics.median(times[id(large)]), statistics.median(times[id(small)])
        yield Row(
            f"{name} at 1,000,000 services against 10,000",
            round(figure, 2),
            round(limit, 2),
            "ms, p50",
            round(figure / limit, 2),
            "at most 1.5 x",
            figure / limit <= 1.5,
            " | ".join(f"p99 {statistics.median(p99[id(site)]):.1f} ms" for site in (large, small)),
        )


def _browse_paths(number: int) -> list[str]:
    rng = random.Random(number)
    shapes = [
        "/services/?",
        "/services/?sort=cheapest&",
        "/services/?sort=dearest&",
        "/services/?category=c3&",
        "/services/?category=c5&sort=cheapest&",
        "/services/?min_price=3000&max_price=3500&",
    ]
    return [f"{rng.choice(shapes)}n={number}-{turn}" for turn in range(90)]


def _search_paths(number: int) -> list[str]:
    return [f"/services/?q={quote(query)}&n={number}-{turn}" for turn in range(4) for query in QUERIES]


def chat(site: Site, *, sockets: int = 500, most_sockets: int = 2000) -> Iterable[Row]:
    """Stored and delivered against echoed, turn by turn; then the most sockets, one message each."""
    file = site.folder / "rooms.json"
    subprocess.run(
        [sys.executable, "-m", "tests.bench.people", str(most_sockets // 2), str(file)],
        cwd=ROOT,
        env=site.environment,
        check=True,
    )
    people = json.loads(file.read_text())
    stored, echoed = [], []
    for _ in range(3):
        rooms = [chat_load.echo_room(site.port, t, (a, b)) for t, a, b in people[: sockets // 2]]
        echoed.append(chat_load.run(rooms, _cpu(site), messages_per_room=6, per_second=100))
        rooms = [chat_load.stored_room(site.port, t, (a, b)) for t, a, b in people[: sockets // 2]]
        stored.append(chat_load.run(rooms, _cpu(site), messages_per_room=6, per_second=100))
    figure = statistics.median(load.cpu_ms for load in stored)
    limit = statistics.median(load.cpu_ms for load in echoed)
    lost = sum(load.lost for load in stored)
    yield Row(
        f"chat message stored and delivered, {sockets} sockets, against raw echo",
        round(figure, 2),
        round(limit, 2),
        "ms CPU per message",
        round(figure / limit, 2),
        "at most 1.5 x",
        figure / limit <= 1.5 and not lost,
        f"p50 {stored[1].p50_ms:.1f} p99 {stored[1].p99_ms:.1f} ms, lost {lost}"
        f" | echo p50 {echoed[1].p50_ms:.1f} p99 {echoed[1].p99_ms:.1f} ms",
    )
    rooms = [chat_load.stored_room(site.port, t, (a, b)) for t, a, b in people]
    load = chat_load.run(rooms, _cpu(site), messages_per_room=2, per_second=100)
    yield Row(
        f"chat messages lost at {most_sockets:,} open sockets",
        load.lost,
        0,
        "deliveries",
        float(load.lost),
        "none",
        load.lost == 0,
        f"p50 {load.p50_ms:.1f} p99 {load.p99_ms:.1f} ms",
    )
