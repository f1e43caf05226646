"""What is counted ahead equals what the ledger says."""

import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import User
from loyalty.domain import redeem, undo_redemption
from loyalty.domain.expiring_ahead import MONTHS, count_expiring, expiring_of_some, month_ends
from loyalty.domain.figures import ACTIVITY, count_figures, prepared_figures, refresh_figures
from loyalty.domain.insight import count_months, members_of_group
from loyalty.domain.lots import lots_of
from loyalty.domain.programme import store_day
from loyalty.enums import Activity, CustomerGroup, EntryKind, Place, RewardKind
from loyalty.models import (
    Branch,
    DailyFigure,
    LedgerEntry,
    Member,
    PreparedFigures,
    Programme,
    Purchase,
    Reward,
)
from loyalty.queries.figures import FIELDS, Where, by_activity, by_place, by_time, outstanding, totals
from tests.support.queue import forget_waiting, work_off

NOON = datetime(2026, 11, 20, 5, tzinfo=UTC)  # 12:00 in Bangkok
Entry = Callable[..., LedgerEntry]
Key = tuple[date, str, int | None, str]


@pytest.fixture
def entry() -> Entry:
    """Into the ledger past every rule: only what it says matters here."""

    def written(
        member: Member, points: int, at: datetime, kind: str = "purchase", **fields: object
    ) -> LedgerEntry:
        return LedgerEntry.objects.create(
            member=member, points=points, created_at=at, kind=kind, reference=str(uuid4()), **fields
        )

    return written


@pytest.fixture
def history(make_member: Callable[..., Member], entry: Entry, branch: Branch) -> list[LedgerEntry]:
    """Four members, forty days, all kinds, three places: 300 entries."""
    dice = random.Random(5)
    members = [make_member() for _ in range(4)]
    places = [
        {"place": Place.ONLINE},
        {"place": Place.COUNTER, "branch": branch},
        {"place": Place.BACKOFFICE, "branch": branch},  # at the branch, too
        {"place": Place.BACKOFFICE},
    ]
    return [
        entry(
            dice.choice(members),
            dice.choice([-30, -7, 5, 12, 100]),
            NOON - timedelta(minutes=dice.randrange(40 * 24 * 60)),
            dice.choice(EntryKind.values),
            **dice.choice(places),
        )
        for _ in range(300)
    ]


def _expected(entries: list[LedgerEntry]) -> dict[Key, tuple[int, int, int, int, int]]:
    """By the plain arithmetic: every entry falls into four sums."""
    found: dict[Key, list[LedgerEntry]] = defaultdict(list)
    for one in entries:
        day = (one.created_at + timedelta(hours=7)).date()  # Bangkok
        kind = ACTIVITY[EntryKind(one.kind)].value
        place = (one.branch_id, "counter" if one.branch_id else one.place)
        for key in ((kind, *place), ("", *place), (kind, None, ""), ("", None, "")):
            found[(day, *key)].append(one)
    return {
        key: (
            len(rows),
            len({row.member_id for row in rows}),
            sum(row.points for row in rows if row.points > 0),
            -sum(row.points for row in rows if row.points < 0),
            0,
        )
        for key, rows in found.items()
    }


def _kept() -> dict[Key, tuple[int, ...]]:
    rows = DailyFigure.objects.filter(kind__in=["", *Activity.values])
    return {
        (row.day, row.kind, row.branch_id, row.place): tuple(getattr(row, name) for name in FIELDS)
        for row in rows
    }


def test_every_figure_is_the_sum_of_its_entries(history: list[LedgerEntry]) -> None:
    count_figures(now=NOON)

    assert _kept() == _expected(history)


def test_counting_twice_does_the_same_as_once(history: list[LedgerEntry]) -> None:
    count_figures(now=NOON)
    once = _kept()

    count_figures(now=NOON)
    count_figures(now=NOON + timedelta(hours=1))

    assert _kept() == once


def test_what_is_late_is_counted_under_its_own_day_however_old(
    history: list[LedgerEntry], entry: Entry
) -> None:
    count_figures(now=NOON)
    member = history[0].member

    late = [
        entry(member, 40, NOON - timedelta(days=1)),
        entry(member, 50, NOON - timedelta(days=25), "adjustment"),
        entry(member, 60, NOON - timedelta(days=90), "imported"),
    ]
    count_figures(now=NOON + timedelta(minutes=5))

    assert _kept() == _expected(history + late)


def test_days_on_which_no_worker_ran_are_made_up_for(member: Member, entry: Entry) -> None:
    first = entry(member, 10, NOON - timedelta(days=9))
    count_figures(now=NOON - timedelta(days=8))
    # Written before the last run took note, committed after it.
    hidden = entry(member, 5, NOON - timedelta(days=8, minutes=1))
    PreparedFigures.objects.update(last_entry=hidden.pk)

    count_figures(now=NOON)

    assert _kept() == _expected([first, hidden])


def test_a_day_is_the_store_s(member: Member, entry: Entry) -> None:
    midnight = datetime(2026, 11, 19, 17, tzinfo=UTC)  # 00:00 of the 20th in Bangkok
    entry(member, 3, midnight - timedelta(microseconds=1))
    entry(member, 4, midnight)

    count_figures(now=NOON)

    days = DailyFigure.objects.filter(kind="", place="").order_by("day").values_list("day", "points_in")
    assert list(days) == [(date(2026, 11, 19), 3), (date(2026, 11, 20), 4)]


def test_a_store_that_moves_to_another_zone_gets_other_days(
    member: Member, entry: Entry, settings: object
) -> None:
    entry(member, 3, datetime(2026, 11, 19, 18, tzinfo=UTC))
    count_figures(now=NOON)

    settings.TIME_ZONE = "Europe/London"  # type: ignore[attr-defined]
    count_figures(now=NOON)

    days = DailyFigure.objects.filter(kind="", place="").values_list("day", "points_in")
    assert list(days) == [(date(2026, 11, 19), 3)]


def test_what_is_outstanding_is_the_sum_of_the_ledger_and_the_period_adds_up(
    history: list[LedgerEntry],
) -> None:
    count_figures(now=NOON)
    today = store_day(NOON)
    first = today - timedelta(days=9)

    now, before = totals(first, today)

    everything = sum(one.points for one in history)
    assert outstanding() == everything
    assert now.closing == everything
    assert now.opening == before.closing
    assert now.opening == sum(
        one.points for one in history if (one.created_at + timedelta(hours=7)).date() < first
    )


def test_a_period_is_compared_with_as_many_days_before_it(member: Member, entry: Entry) -> None:
    for days_ago, points in ((0, 1), (6, 2), (7, 10), (13, 20), (14, 100)):
        entry(member, points, NOON - timedelta(days=days_ago))
    count_figures(now=NOON)

    now, before = totals(date(2026, 11, 14), date(2026, 11, 20))

    assert (now.given, before.given, before.opening) == (3, 30, 100)


def test_the_tables_of_a_period_agree_with_each_other(history: list[LedgerEntry], branch: Branch) -> None:
    count_figures(now=NOON)
    first, last = date(2026, 10, 1), date(2026, 11, 20)
    everywhere, here = Where(), Where.of(f"branch-{branch.pk}")

    def entries(where: Where) -> set[int]:
        return {
            sum(s.entries for _day, s in by_time(first, last, "month", "en", activity="", where=where)),
            sum(s.entries for _kind, s in by_activity(first, last, activity="", where=where)),
            sum(s.entries for _p, _b, s in by_place(first, last, activity="", where=where)),
        }

    at_branch = sum(1 for one in history if one.branch_id)
    assert (entries(everywhere), entries(here)) == ({300}, {at_branch})


def test_a_redemption_counts_on_its_day_and_is_taken_off_on_the_day_of_undoing(
    member: Member, entry: Entry, make_person: Callable[..., User]
) -> None:
    entry(member, 100, NOON - timedelta(days=5))
    Member.objects.filter(pk=member.pk).update(balance=100)
    reward = Reward.objects.create(name="Bag", kind=RewardKind.GIFT, points=30)
    free = Reward.objects.create(name="Sweet", kind=RewardKind.GIFT, points=0)
    then = NOON - timedelta(days=3)
    bag = redeem(member, reward, place=Place.ONLINE, form_token=uuid4(), now=then)
    redeem(member, free, place=Place.ONLINE, form_token=uuid4(), now=then)
    undo_redemption(bag, by=make_person("chief"), now=NOON)

    count_figures(now=NOON)

    rows = DailyFigure.objects.filter(kind="redeeming", place="").order_by("day")
    assert list(rows.values_list("day", *FIELDS)) == [
        (date(2026, 11, 17), 1, 1, 0, 30, 2),
        (date(2026, 11, 20), 1, 1, 30, 0, -1),
    ]


def test_members_who_are_gone_did_not_join(make_member: Callable[..., Member]) -> None:
    there, merged, erased = (make_member(now=NOON - timedelta(days=2)) for _ in range(3))
    Member.objects.filter(pk=merged.pk).update(merged_into=there)
    count_figures(now=NOON - timedelta(hours=1))
    Member.objects.filter(pk=erased.pk).update(erased_at=NOON)

    prepared = count_figures(now=NOON)

    joined = DailyFigure.objects.get(kind="joined")
    assert (joined.day, joined.entries, prepared.members) == (date(2026, 11, 18), 1, 1)


# --- points that will expire ----------------------------------------------------------------------


def test_points_that_will_expire_are_what_is_left_of_everybody_s_lots(
    make_member: Callable[..., Member], entry: Entry
) -> None:
    dice = random.Random(8)
    members = [make_member() for _ in range(6)]
    for member in members:
        for _ in range(12):
            at = NOON - timedelta(days=dice.randrange(200))
            if dice.random() < 0.7:
                ends = dice.choice([None, *month_ends(store_day(NOON)), date(2027, 5, 31)])
                entry(member, dice.randrange(10, 60), at, expires_on=ends)
            else:
                entry(member, -dice.randrange(1, 20), at, "redemption", place=Place.ONLINE)
        Member.objects.filter(pk=member.pk).update(balance=1)
    count_figures(now=NOON)

    count_expiring(now=NOON)

    expected: dict[str, int] = {end.isoformat(): 0 for end in month_ends(store_day(NOON))}
    for member in members:
        for lot in lots_of(LedgerEntry.objects.filter(member=member).order_by("pk")):
            if lot.expires_on and lot.expires_on.isoformat() in expected:
                expected[lot.expires_on.isoformat()] += lot.left
    kept = PreparedFigures.objects.get().expiring
    later = kept.pop("")
    assert kept == expected
    assert [*expected][:3] == ["2026-11-30", "2026-12-31", "2027-01-31"]
    assert [*expected][-1] == "2028-11-30"
    assert later == outstanding() - sum(expected.values())


def test_they_are_the_same_when_members_are_counted_some_at_a_time(
    make_member: Callable[..., Member], entry: Entry, monkeypatch: pytest.MonkeyPatch
) -> None:
    for points in (1, 20, 300):
        entry(make_member(), points, NOON, expires_on=date(2026, 12, 31))
    Member.objects.update(balance=1)
    monkeypatch.setattr("loyalty.domain.expiring_ahead.CHUNK", 2)

    def some() -> Iterator[list[int]]:
        sums, after = [0] * MONTHS, 0
        while after is not None:
            sums, after = expiring_of_some(sums, after, today=store_day(NOON))  # type: ignore[assignment]
            yield sums

    rest = [0] * (MONTHS - 2)
    assert list(some()) == [[0, 21, *rest], [0, 321, *rest]]


# --- regular, new, inactive -----------------------------------------------------------------------


@pytest.fixture
def customers(make_member: Callable[..., Member], programme: Programme) -> dict[str, Member]:
    """New: 30 days; regular: 3 purchases in 90 days; inactive: nothing for 90 days."""
    long_ago = NOON - timedelta(days=400)

    def bought(member: Member, *days: int, refunded: int = 0) -> Member:
        for day in days:
            Purchase.objects.create(
                reference=str(uuid4()),
                member=member,
                amount=Decimal(100),
                refunded=refunded,
                at=NOON - timedelta(days=day),
            )
        return member

    return {
        "new": bought(make_member(now=NOON - timedelta(days=29)), 1, 2, 3, 4),
        "regular": bought(make_member(now=long_ago), 89, 40, 1),
        "occasional": bought(make_member(now=long_ago), 89, 40, 90),
        "joined lately": make_member(now=NOON - timedelta(days=30)),
        "inactive": bought(make_member(now=long_ago), 90, 91, 92),
        "gave back": bought(make_member(now=long_ago), 1, 2, 3, refunded=100),
    }


def test_every_member_is_in_one_group(customers: dict[str, Member]) -> None:
    prepared = count_figures(now=NOON)

    groups = {
        group.value: {name for name, one in customers.items() if one in members_of_group(group, as_of=NOON)}
        for group in CustomerGroup
    }
    assert groups == {
        "new": {"new"},
        "regular": {"regular"},
        "occasional": {"occasional", "joined lately"},
        "inactive": {"inactive", "gave back"},
    }
    assert prepared.groups == {name: len(members) for name, members in groups.items()}


def test_who_redeemed_lately_is_not_inactive(customers: dict[str, Member]) -> None:
    reward = Reward.objects.create(name="Sweet", kind=RewardKind.GIFT, points=0)
    redeem(
        customers["inactive"], reward, place=Place.ONLINE, form_token=uuid4(), now=NOON - timedelta(days=5)
    )

    prepared = count_figures(now=NOON)

    assert (prepared.groups["inactive"], prepared.groups["occasional"]) == (1, 3)


def test_the_groups_at_the_end_of_each_month(customers: dict[str, Member]) -> None:
    prepared = count_figures(now=NOON)

    count_months(prepared)

    months = PreparedFigures.objects.get().months
    assert len(months) == 12
    assert (min(months), max(months)) == ("2025-11-30", "2026-10-31")
    assert months["2025-11-30"] == {"regular": 0, "new": 0, "occasional": 4, "inactive": 0}
    # By then "inactive" and "occasional" had three purchases in 90 days, and "regular" its first two.
    assert months["2026-10-31"] == {"regular": 2, "new": 2, "occasional": 1, "inactive": 1}


def test_months_are_kept_until_the_rule_changes(customers: dict[str, Member], programme: Programme) -> None:
    count_months(count_figures(now=NOON))
    kept = PreparedFigures.objects.get().months
    Purchase.objects.all().delete()
    count_months(count_figures(now=NOON))
    again = PreparedFigures.objects.get().months

    Programme.objects.filter(pk=1).update(new_days=60)
    count_months(count_figures(now=NOON))

    assert again == kept
    assert PreparedFigures.objects.get().months["2026-10-31"]["regular"] == 0


# --- at once, or by a worker ----------------------------------------------------------------------


def test_figures_are_made_at_once_where_there_are_none(member: Member, entry: Entry) -> None:
    entry(member, 10, timezone.now())

    prepared = prepared_figures()

    assert (prepared.members, outstanding()) == (1, 10)
    assert prepared.expiring[""] == 10  # they have no last day


@pytest.mark.django_db(transaction=True)
def test_very_many_members_are_left_to_a_worker(
    member: Member, entry: Entry, monkeypatch: pytest.MonkeyPatch
) -> None:
    forget_waiting()
    monkeypatch.setattr("loyalty.domain.figures.SMALL", 0)
    prepared_figures()
    forget_waiting()
    entry(member, 10, timezone.now())

    at_once = refresh_figures()
    before = outstanding()
    done = work_off("loyalty.count_figures")
    after = outstanding()

    assert (at_once, before, done, after) == (False, 0, ["loyalty.count_figures"], 10)
