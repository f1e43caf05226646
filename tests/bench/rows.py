"""Each measurement of design section 9 beside its limit, in one run, as medians of several rounds."""

import json
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


BROWSED = {
    "everything": "",
    "cheapest": "sort=cheapest",
    "dearest": "sort=dearest",
    "a category": "category=c3",
    "a category, cheapest": "category=c5&sort=cheapest",
    "a kind": "kind=goods",
    "a kind in a category": "category=c3&kind=on_site",
    "a kind in a category, dearest": "category=c3&kind=goods&sort=dearest",
    "a price range": "min_price=3000&max_price=3500",
    "a narrow price range": "min_price=3000&max_price=3020",
    "a price range in a category": "category=c3&min_price=3000&max_price=3020",
    "prices that nobody asks": "min_price=50000",
    "far down": "after=5000",
}
SEARCHED = {
    "a word on 1 of 30, Thai": "q=นวดไทย",
    "a word on 1 of 30, Persian": "q=خوشنویسی",
    "a word on 1 of 30, Vietnamese": "q=luật",
    "a word on 1 of 30, English": "q=coffee",
    "a part of a Thai word": "q=กฎหมาย",
    "a beginning": "q=cof",
    "two letters": "q=ba",
    "one letter": "q=b",
    "a word on 1 of 120": "q=bana",
    "a word on 1 of 2,400": "q=banakatu",
    "a word on none": "q=qqqzzz",
    "a word on all, in descriptions": "q=good",
    "a word on all, in shops' names": "q=shop",
    "two words that often meet": "q=legal advice",
    "two words that often meet, Thai": "q=นวดไทย โยคะ",
    "two words that often meet, Persian": "q=كلاس آشپزی",
    "four words, Vietnamese without accents": "q=tu van luat hop",
    "five words that hardly ever meet": "q=coffee piano tarot lesson yoga",
    "two words that never meet": "q=coffee زعفران",
    "two words that never meet, Thai": "q=นวดไทย tarot",
    "two rarer words that never meet": "q=bana bela",
    "beginnings that seldom meet": "q=cof ban",
    "beginnings that never meet": "q=ban bel",
    "a frequent and a rarer word": "q=coffee bana",
    "a frequent and a rare word": "q=coffee banakatu",
    "a slip": "q=potery",
    "a slip, Thai": "q=นวดไทน",
    "in a category": "q=coffee&category=c3",
    "of a kind": "q=coffee&kind=goods",
    "a rarer word in a category": "q=bana&category=c3",
    "a kind in a category": "q=coffee&category=c3&kind=goods",
    "in a price range": "q=coffee&min_price=3000&max_price=3500",
    "in a narrow price range": "q=coffee&min_price=3000&max_price=3020",
    "above a price": "q=coffee&min_price=500",
    "every filter": "q=coffee&category=c3&kind=goods&min_price=3000&max_price=3500",
    "two words, every filter": "q=legal advice&category=c3&kind=goods&min_price=3000&max_price=3500",
    "cheapest first": "q=coffee&sort=cheapest",
    "two words, cheapest first": "q=legal advice&sort=cheapest",
    "a kind in a category, dearest first": "q=coffee&category=c3&kind=goods&sort=dearest",
}


def browse_and_search(small: Site, large: Site) -> Iterable[Row]:
    """The same addresses at both sizes, turn by turn. Every kind of address has to keep to the goal: the
    figures are those of the one that grows most."""
    for work, kinds in (("browse", BROWSED), ("search", SEARCHED)):
        middles = {
            kind: side_by_side(small, large, f"/services/?{quote(query, safe='=&')}")
            for kind, query in kinds.items()
        }
        ratios = {kind: at_large / at_small for kind, (at_small, at_large) in middles.items()}
        most = sorted(ratios, key=lambda kind: -ratios[kind])
        limit, figure = middles[most[0]]
        yield Row(
            f"{work} at 1,000,000 services against 10,000, the most growing of {len(kinds)} kinds: {most[0]}",
            round(figure, 2),
            round(limit, 2),
            "ms, p50",
            round(figure / limit, 2),
            "at most 1.5 x",
            figure / limit <= 1.5,
            f"the middle of the kinds {statistics.median(ratios.values()):.2f} x | next "
            + ", ".join(f"{kind} {ratios[kind]:.2f} x" for kind in most[1:4]),
        )


def side_by_side(
    small: Site, large: Site, address: str, cookies: tuple[str, str] = ("", ""), rounds: int = 4 * ROUNDS
) -> tuple[float, float]:
    """The middle times of one address at both sizes; a number in it keeps every page out of the cache."""
    times: dict[int, list[float]] = {id(small): [], id(large): []}
    for number in range(-1, rounds):
        for site, cookie in zip((small, large), cookies, strict=True):
            paths = [f"{address}&n={number}-{turn}" for turn in range(2)]
            load = http_load.run(site.port, paths, site.cpu_seconds, connections=1, cookie=cookie)
            if number >= 0:  # the first warms the cache of cards
                times[id(site)].append(load.p50_ms)
    return statistics.median(times[id(small)]), statistics.median(times[id(large)])


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
