"""Lists at two sizes: each page's time beside its time with a hundredth of the rows."""

import statistics
import subprocess
import sys
import urllib.request
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from tests.bench.rows import ROUNDS, Row, side_by_side
from tests.bench.site import ROOT, Site


def lists(work: str, small: Site, large: Site, works: Mapping[tuple[tuple[str, int], str], str]) -> Row:
    """The most growing of pages at two sizes; `works` are ((who, user id), name) → address."""
    people = {person for person, _name in works}
    cookies = {(person, site): log_in(site, person[1]) for person in people for site in (small, large)}
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


def log_in(site: Site, pk: int) -> str:
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
