"""What a shop works with all day at two sizes: the lists of its sales desk, its reports, its deliveries."""

import statistics
import subprocess
import sys
import urllib.request
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from tests.bench import http_load
from tests.bench.rows import ROUNDS, Row, side_by_side
from tests.bench.site import ROOT, Site

OWNER, AGENT, COURIER = ("owner", 10), ("agent", 11), ("courier", 15)
DESK = {
    "follow-up": "/sales/follow-up/?",
    "follow-up, due": "/sales/follow-up/?state=due",
    "follow-up, ended": "/sales/follow-up/?state=ended",
    "orders": "/sales/orders/?",
    "orders, not followed up": "/sales/orders/?state=none",
    "orders, following": "/sales/orders/?state=following",
    "orders, a status": "/sales/orders/?status=confirmed",
    "orders, a channel": "/sales/orders/?channel=behalf",
    "orders, a number": "/sales/orders/?q=B0005000",
    "orders, a phone": "/sales/orders/?q=0800005000",
    "orders, a name": "/sales/orders/?q=customer a",
    "callback requests": "/sales/callbacks/?",
    "callback requests, a name": "/sales/callbacks/?q=caller 000077",
    "transfer notices": "/sales/transfers/?",
    "order list": "/orders/manage/?",
    "order list, a state": "/orders/manage/?status=placed",
    "order list, a channel": "/orders/manage/?channel=chat",
    "order list, a kind": "/orders/manage/?kind=additional",
    "order list, a phone": "/orders/manage/?q=0800005000",
    "order list, a name": "/orders/manage/?q=customer a",
    # A day of the small shop is nine rows, of the large one a full page; a week fills the page in both.
    "order list, a day": "/orders/manage/?since={day}&until={day}",
    "order list, a week": "/orders/manage/?since={week}&until={day}",
    "order list, a state of a channel": "/orders/manage/?status=cancelled&channel=behalf",
    "order list, far down": "/orders/manage/?before=5000",
    "dashboard": "/dashboard/?",
}
DELIVERIES = {
    "dispatch board": "/deliveries/?",
    "dispatch board by state": "/deliveries/?by=state",
    "one column of it": "/deliveries/?by=state&only=on_the_way",
}
MANAGED = {"couriers": "/couriers/?"}
TASKS = {"courier's tasks": "/my-tasks/?", "courier's history": "/my-tasks/history/?"}
REPORT_SECONDS = 2.0


def sales_desk(small: Site, large: Site) -> Iterable[Row]:
    """Every list of the desk and the order list, as the owner and as an agent, at both sizes; then the
    reports of all orders."""
    works = {(person, name): path for person in (OWNER, AGENT) for name, path in DESK.items()}
    yield _lists("sales desk at 1,000,000 orders against 10,000", small, large, works)
    owner = _log_in(large, OWNER[1])
    slowest = max(_report_seconds(large, owner, days) for days in (30, 365, 1096))
    yield Row(
        "the slowest report at 1,000,000 orders",
        round(slowest, 2),
        REPORT_SECONDS,
        "s",
        round(slowest / REPORT_SECONDS, 2),
        "at most 2 s",
        slowest <= REPORT_SECONDS,
        "30 days, a year and all three years, the first time that each is asked for",
    )


def deliveries(small: Site, large: Site) -> Iterable[Row]:
    """The dispatcher's board and list, and the courier's own, at both sizes."""
    works = {(person, name): path for person in (OWNER, AGENT) for name, path in DELIVERIES.items()}
    works |= {(OWNER, name): path for name, path in MANAGED.items()}
    works |= {(COURIER, name): path for name, path in TASKS.items()}
    yield _lists("deliveries, 100,000 against 1,000", small, large, works)


def _lists(work: str, small: Site, large: Site, works: Mapping[tuple[tuple[str, int], str], str]) -> Row:
    """`works` are ((who, user id), name) → address."""
    people = {person for person, _name in works}
    cookies = {(person, site): _log_in(site, person[1]) for person in people for site in (small, large)}
    day = (datetime.now(UTC) - timedelta(days=30)).date()
    week = day - timedelta(days=6)
    middles, counts = {}, {}
    for (person, kind), path in works.items():
        pair = (cookies[person, small], cookies[person, large])
        name = f"{kind} ({person[0]})"
        address = path.format(day=day, week=week).replace(" ", "%20")
        middles[name] = side_by_side(small, large, address, pair, ROUNDS)
        counts[name] = [
            _queries(site, address, cookie) for site, cookie in zip((small, large), pair, strict=True)
        ]
    ratios = {kind: at_large / at_small for kind, (at_small, at_large) in middles.items()}
    most = sorted(ratios, key=lambda kind: -ratios[kind])
    limit, figure = middles[most[0]]
    uneven = [kind for kind, (few, many) in counts.items() if few != many]
    return Row(
        f"{work}, the most growing of {len(ratios)} lists: {most[0]}",
        round(figure, 2),
        round(limit, 2),
        "ms, p50",
        round(figure / limit, 2),
        "at most 1.5 x, same queries",
        figure / limit <= 1.5 and not uneven,
        f"the middle of the lists {statistics.median(ratios.values()):.2f} x | next "
        + ", ".join(f"{kind} {ratios[kind]:.2f} x" for kind in most[1:6])
        + (f" | other numbers of queries: {', '.join(uneven)}" if uneven else ""),
    )


def _log_in(site: Site, pk: int) -> str:
    script = (
        "from accounts.models import User; from tests.bench.people import session_of;"
        f" print(session_of(User.objects.get(pk={pk})))"
    )
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "-v0", "-c", script],
        cwd=ROOT,
        env=site.environment,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.split()[-1]


def _queries(site: Site, path: str, cookie: str) -> int:
    request = urllib.request.Request(f"http://127.0.0.1:{site.port}{path}", headers={"Cookie": cookie})
    with urllib.request.urlopen(request) as answer:
        return int(answer.headers["X-Queries"])


def _report_seconds(site: Site, cookie: str, days: int) -> float:
    today = datetime.now(UTC).date()
    path = f"/sales/reports/?since={today - timedelta(days=days)}&until={today}&unit=month"
    return http_load.run(site.port, [path], site.cpu_seconds, connections=1, cookie=cookie).p50_ms / 1000
