"""What a shop works with all day at two sizes: the lists of its sales desk, its reports, its deliveries."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from tests.bench import http_load
from tests.bench.lists import lists, log_in
from tests.bench.rows import Row
from tests.bench.site import Site

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
    yield lists("sales desk at 1,000,000 orders against 10,000", small, large, works)
    owner = log_in(large, OWNER[1])
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
    yield lists("deliveries, 100,000 against 1,000", small, large, works)


def _report_seconds(site: Site, cookie: str, days: int) -> float:
    today = datetime.now(UTC).date()
    path = f"/sales/reports/?since={today - timedelta(days=days)}&until={today}&unit=month"
    return http_load.run(site.port, [path], site.cpu_seconds, connections=1, cookie=cookie).p50_ms / 1000
