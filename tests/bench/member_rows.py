"""The backoffice and a member's own pages with a million members and with ten thousand."""

import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import replace

from tests.bench.lists import lists
from tests.bench.members import ADMIN, MEMBER
from tests.bench.rows import Row
from tests.bench.site import ROOT, Site

BACKOFFICE, OWN = ("admin", ADMIN), ("member", MEMBER)
MEMBERS = {
    "members": "/admin/members/?",
    "members, a phone": "/admin/members/?q=0839595000",
    "members, part of a phone": "/admin/members/?q=959500",
    "members, a Member ID": f"/admin/members/?q={10_000_000 + MEMBER}",
    "members, a first name": "/admin/members/?q=somchai",
    "members, a full name": "/admin/members/?q=somchai ajlfenfnfeoihnbkjmpagafkikkdhfca",
    "members, an email": f"/admin/members/?q=m{MEMBER}@people.example",
    "members, nobody": "/admin/members/?q=nobody at all",
    "members, far down": "/admin/members/?q=somchai&before=5000",
    "Member Detail": f"/admin/members/{MEMBER}/?",
    "Member Detail, two purchases": "/admin/members/4000/?",
    "Member Level": "/admin/levels/?",
    "Activity Log": "/admin/activity-log/?",
    "Dashboard": "/admin/home/?",
    "User Insight": "/admin/user-insight/?",
    "Activity Summary": "/admin/activity-summary/?",
}
POINTS = {"my points": "/points/?", "my history": "/points/history/?"}
_PREPARE = (
    "from django.utils import timezone;"
    " from loyalty.domain import expiring_ahead, figures, insight;"
    " now = timezone.now(); insight.count_months(figures.count_figures(now=now));"
    " expiring_ahead.count_expiring(now=now)"
)


def members(small: Site, large: Site) -> Iterable[Row]:
    """Searching, Member Detail and the Home pages, and what a member sees; figures are prepared before, as a
    worker does every hour."""
    works = {(BACKOFFICE, name): path for name, path in MEMBERS.items()}
    works |= {(OWN, name): path for name, path in POINTS.items()}
    seconds = [_prepare(site) for site in (small, large)]
    row = lists("members, 1,000,000 against 10,000", small, large, works)
    said = f"figures prepared in {seconds[1]:.0f} s, of the few in {seconds[0]:.0f} s | {row.remarks}"
    yield replace(row, remarks=said)


def _prepare(site: Site) -> float:
    begun = time.monotonic()
    command = [sys.executable, "manage.py", "shell", "-v0", "-c", _PREPARE]
    subprocess.run(command, cwd=ROOT, env=site.environment, check=True)
    return time.monotonic() - begun
