"""2.1 Dashboard, 2.2 User Insight, 2.3 Activity Summary."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from loyalty.domain import check_balances
from loyalty.domain.figures import refresh_figures
from loyalty.domain.programme import store_day
from loyalty.enums import Place, Role
from loyalty.models import (
    Branch,
    EarningRule,
    Level,
    Member,
    PreparedFigures,
    Programme,
    Purchase,
    RoleRights,
)
from loyalty.queries.figures import buckets
from loyalty.views.home_common import change

PAGES = ("/admin/home/", "/admin/user-insight/", "/admin/activity-summary/")
RULE = {"new_days": "14", "regular_purchases": "2", "regular_days": "60", "inactive_days": "120"}


def text(response: object) -> str:
    return b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]


@pytest.fixture
def bought(rule: EarningRule, levels: list[Level], branch: Branch, buy: Callable[..., Purchase]) -> None:
    """Today: 300 points at a branch, which make a Platinum, whose 50 online count twice."""
    buy(30_000, place=Place.COUNTER, branch=branch)
    buy(5_000)


def test_the_dashboard_shows_what_the_ledger_holds(
    admin_client: Client, bought: None, programme: Programme
) -> None:
    Programme.objects.update(point_value=Decimal("0.25"))

    context = admin_client.get("/admin/home/").context

    assert (context["prepared"].members, context["now"].joined) == (1, 1)
    assert (context["now"].given, context["now"].closing, context["outstanding"]) == (400, 400, 400)
    assert context["liability"] == Decimal(100)
    assert context["changes"]["given"].words == "before: 0"
    assert [(row["name"], row["members"]) for row in context["levels"]] == [
        ("Platinum", 1),
        ("Gold", 0),
        ("Silver", 0),
    ]


def test_the_dashboard_tells_when_its_numbers_were_prepared_and_counts_them_anew(
    admin_client: Client, member: Member, rule: EarningRule, buy: Callable[..., Purchase]
) -> None:
    refresh_figures()
    hour_ago = timezone.now() - timedelta(hours=1)
    PreparedFigures.objects.update(as_of=hour_ago)
    buy(700)

    before = admin_client.get("/admin/home/")
    admin_client.post("/admin/home/refresh/", {"page": "dashboard"})
    after = admin_client.get("/admin/home/")

    assert (before.context["prepared"].as_of, before.context["outstanding"]) == (hour_ago, 0)
    assert (after.context["prepared"].as_of > hour_ago, after.context["outstanding"]) == (True, 7)


@pytest.mark.parametrize(
    ("now", "before", "words", "direction"),
    [
        (150, 120, "25% more (before: 120)", "up"),
        (30, 120, "75% less (before: 120)", "down"),
        (120, 120, "as many as before", ""),
        (5, 0, "before: 0", "up"),
        (-5, 20, "before: 20", "down"),
    ],
)
def test_a_change_is_told_in_words(now: int, before: int, words: str, direction: str) -> None:
    found = change(now, before)

    assert (found.words, found.direction) == (words, direction)


def test_the_nightly_check_stands_on_the_dashboard(admin_client: Client, member: Member) -> None:
    none = admin_client.get("/admin/home/").content.decode()
    check_balances()
    right = admin_client.get("/admin/home/").content.decode()
    Member.objects.update(balance=5)
    check_balances()
    wrong = admin_client.get("/admin/home/").content.decode()

    assert "The balances were not checked yet" in none
    assert "the balance of 1 member is the sum of its entries" in right
    assert "found 1 member whose balance is not the sum" in wrong


def test_the_chart_s_table_is_exported(admin_client: Client, bought: None) -> None:
    today = store_day()
    asked = {
        "since": (today - timedelta(days=1)).isoformat(),
        "until": today.isoformat(),
        "unit": "day",
        "format": "csv",
    }

    lines = text(admin_client.get("/admin/home/", asked)).splitlines()

    assert lines[1:] == [f"{today - timedelta(days=1)},0,0,0,0,0,0,0", f"{today},1,400,0,0,0,0,0"]


def test_levels_and_the_liability_by_month_are_exported_as_of_now(
    admin_client: Client, levels: list[Level], programme: Programme, bought: None
) -> None:
    exports = {
        table: text(admin_client.get("/admin/home/", {"format": "csv", "table": table})).splitlines()
        for table in ("levels", "expiring")
    }

    assert sorted(exports["levels"][1:]) == ["Gold,0", "Platinum,1", "Silver,0"]
    assert [line.split(",")[1:] for line in exports["expiring"][1:]][-1] == ["400", "40.00"]


def test_an_impossible_period_says_what_to_do(admin_client: Client, programme: Programme) -> None:
    answer = admin_client.get("/admin/home/", {"since": "2026-11-22", "until": "2026-11-01"})

    assert answer.status_code == 422
    assert answer.context["form"].errors == {
        "until": ["This day is before the first one. Choose a later day."]
    }


def test_activities_by_time_kind_and_place(admin_client: Client, bought: None, branch: Branch) -> None:
    all_of_it = admin_client.get("/admin/activity-summary/").context
    at_branch = admin_client.get("/admin/activity-summary/", {"where": f"branch-{branch.pk}"}).context
    redeemed = admin_client.get("/admin/activity-summary/", {"activity": "redeeming"}).context

    time, activity, place = all_of_it["tables"]
    assert (time.total.entries, time.total.members, time.total.points_in) == (2, 1, 400)
    assert [(label, sums.points_in) for _key, label, sums in activity.rows] == [("Earning points", 400)]
    assert sorted((label, sums.points_in) for _key, label, sums in place.rows) == [
        ("Online", 100),
        ("Siam", 300),
    ]
    assert (at_branch["total"].points_in, redeemed["total"].entries) == (300, 0)


def test_each_table_of_the_summary_is_exported_and_so_is_every_row(
    admin_client: Client, bought: None
) -> None:
    today = store_day()

    place = text(admin_client.get("/admin/activity-summary/", {"format": "csv", "table": "place"}))
    every = text(admin_client.get("/admin/activity-summary/", {"format": "csv", "table": "all"}))

    assert sorted(place.splitlines()[1:]) == ["Online,1,1,100,0,0", "Siam,1,1,300,0,0"]
    assert sorted(every.splitlines()[1:]) == [
        f"{today},Earning points,Online,1,1,100,0,0",
        f"{today},Earning points,Siam,1,1,300,0,0",
    ]


def test_the_rule_is_shown_and_changed_on_the_page(admin_client: Client, member: Member) -> None:
    Member.objects.update(joined_at=timezone.now() - timedelta(days=20))
    before = admin_client.get("/admin/user-insight/")

    admin_client.post("/admin/user-insight/rule/", RULE)
    after = admin_client.get("/admin/user-insight/")

    assert "Who joined within the last 30 days is new." in before.content.decode()
    assert "Who joined within the last 14 days is new." in after.content.decode()
    assert (before.context["prepared"].groups["new"], after.context["prepared"].groups["new"]) == (1, 0)
    assert after.context["is_old_rule"] is False


def test_a_rule_without_days_is_refused_and_what_was_typed_stays(
    admin_client: Client, programme: Programme
) -> None:
    answer = admin_client.post("/admin/user-insight/rule/", RULE | {"regular_days": "0"})

    assert answer.status_code == 422
    assert answer.context["form"]["new_days"].value() == "14"
    assert Programme.objects.get().new_days == 30


def test_the_members_of_a_group_are_exported(
    admin_client: Client, make_member: Callable[..., Member]
) -> None:
    long_ago = timezone.now() - timedelta(days=400)
    make_member(name="Newcomer", phone="+66810000001")
    make_member(name="Sleeper", phone="+66810000002", now=long_ago)

    found = text(admin_client.get("/admin/user-insight/inactive/csv/"))

    assert [line.split(",")[1:3] for line in found.splitlines()[1:]] == [["Sleeper", "+66810000002"]]


def test_who_may_not_open_members_gets_no_list_of_them(
    make_backoffice: Callable[..., User], client_of: Callable[[User], Client], member: Member
) -> None:
    RoleRights.objects.create(role=Role.OPERATOR, rights=["user_insight"])
    client = client_of(make_backoffice("clerk", Role.OPERATOR))

    answers = [
        client.get("/admin/user-insight/").status_code,
        client.get("/admin/user-insight/new/csv/").status_code,
        client.post("/admin/user-insight/rule/", RULE).status_code,
        client.get("/admin/home/").status_code,
    ]

    assert answers == [200, 404, 404, 404]
    assert Programme.objects.get().new_days == 30


@pytest.mark.parametrize("address", PAGES)
def test_a_page_costs_the_same_however_much_there_is(
    address: str,
    admin_client: Client,
    make_member: Callable[..., Member],
    rule: EarningRule,
    levels: list[Level],
    branch: Branch,
    buy: Callable[..., Purchase],
) -> None:
    def cost() -> int:
        refresh_figures()
        with CaptureQueriesContext(connection) as queries:
            assert admin_client.get(address).status_code == 200
        return len(queries)

    buy(100, of=make_member())
    cost()  # what is kept for later requests is there now
    one = cost()
    for number in range(3):
        buy(2_000, of=make_member(), place=Place.COUNTER, branch=branch)
        Branch.objects.create(name=f"B{number}", code=f"B{number}")
    three = cost()

    assert three == one


def test_pages_open_where_nothing_has_happened(admin_client: Client, programme: Programme) -> None:
    found = [admin_client.get(address).status_code for address in PAGES]

    assert found == [200, 200, 200]
    assert PreparedFigures.objects.get().members == 0


def test_weeks_begin_on_the_reader_s_day() -> None:
    thai = list(buckets(date(2026, 11, 18), date(2026, 11, 30), "week", "th"))
    persian = list(buckets(date(2026, 11, 18), date(2026, 11, 30), "week", "fa"))

    assert thai == [date(2026, 11, 18), date(2026, 11, 23), date(2026, 11, 30)]
    assert persian == [date(2026, 11, 18), date(2026, 11, 21), date(2026, 11, 28)]
