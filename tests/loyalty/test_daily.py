"""The work that goes along all members: in pieces, each member apart, and never twice at once."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
import time_machine
from django.db import OperationalError, connection, transaction

from loyalty.domain import award, check_balances, last_check, walks, work_of_the_day
from loyalty.domain.ledger import Posting, lock_member, post
from loyalty.domain.level_setup import delete_level, refresh_everybody, refresh_levels
from loyalty.enums import EntryKind, RuleKind
from loyalty.models import BalanceCheck, EarningRule, Level, Member, Programme, Purchase
from loyalty.tasks import daily
from tests.support.queue import announced, forget_waiting

NOON = datetime(2026, 11, 22, 5, tzinfo=UTC)
Ledger = Callable[[Member], list[tuple[str, int]]]
Make = Callable[..., Member]


@pytest.fixture
def three(make_member: Make) -> list[Member]:
    """Each with 100 points that were good until yesterday, and a birthday today."""
    EarningRule.objects.create(name="Cake", kind=RuleKind.BIRTHDAY, points=10)
    members = [make_member(name=name, birthday=date(1990, 11, 22)) for name in ("Ann", "Bee", "Cat")]
    for member in members:
        with transaction.atomic():
            posting = Posting(EntryKind.BONUS, 100, f"a:{member.pk}", expires_on=date(2026, 11, 21))
            post(lock_member(member.pk), [posting], now=NOON - timedelta(days=90))
    return members


@pytest.fixture
def one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walks, "AT_ONCE", 1)
    monkeypatch.setattr(walks, "SECONDS", 0.0)


def worked_on() -> date | None:
    return Programme.objects.values_list("worked_on", flat=True).get()


def to_the_end(now: datetime) -> int:
    """How many pieces were needed."""
    pieces = 1
    while work_of_the_day(now=now):
        pieces += 1
    return pieces


DONE = [("bonus", 100), ("expiry", -100), ("bonus", 10)]


# --- each apart -------------------------------------------------------------------------------------------


def test_a_member_that_cannot_be_done_holds_up_neither_others_nor_the_rest_of_the_day(
    three: list[Member], ledger_of: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    """Whose balance is less than what expires, as when somebody wrote to the database by hand."""
    Member.objects.filter(pk=three[0].pk).update(balance=5)

    work_of_the_day(now=NOON)

    check = last_check()
    assert check is not None
    assert check.wrong == [[three[0].pk, 5, 100, 0, 0]]
    assert [ledger_of(member) for member in three] == [[("bonus", 100), ("bonus", 10)], DONE, DONE]
    assert worked_on() == date(2026, 11, 22)
    assert f"expiry of member {three[0].pk} could not be done" in caplog.text


def test_who_failed_is_tried_again_on_the_next_day(three: list[Member], ledger_of: Ledger) -> None:
    Member.objects.filter(pk=three[0].pk).update(balance=5)
    # What fails for three days is still known on the fourth.
    for day in range(3):
        work_of_the_day(now=NOON + timedelta(days=day))
    Member.objects.filter(pk=three[0].pk).update(balance=110)

    work_of_the_day(now=NOON + timedelta(days=3))
    work_of_the_day(now=NOON + timedelta(days=4))

    assert ledger_of(three[0]) == [("bonus", 100), ("bonus", 10), ("expiry", -100)]
    assert check_balances().wrong == []


def test_a_part_that_cannot_be_done_holds_up_no_others(
    three: list[Member], ledger_of: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE loyalty_balancecheck RENAME TO elsewhere")

    work_of_the_day(now=NOON)

    assert [ledger_of(member) for member in three] == [DONE, DONE, DONE]
    assert worked_on() == date(2026, 11, 22)
    assert "the check of balances could not be done" in caplog.text


# --- in pieces --------------------------------------------------------------------------------------------


def test_a_day_is_done_in_pieces_each_of_which_goes_on_where_the_last_one_ended(
    three: list[Member], ledger_of: Ledger, one_at_a_time: None
) -> None:
    Programme.objects.update(level_window=12, level_keep_months=0)
    seen = []
    while work_of_the_day(now=NOON):
        seen.append((sum(len(ledger_of(member)) for member in three), worked_on()))

    # Each piece touched one member at most.
    counts = [entries for entries, _day in seen]
    assert {later - sooner for sooner, later in pairwise(counts)} == {0, 1}
    assert {day for _entries, day in seen[:-1]} == {None}
    assert [ledger_of(member) for member in three] == [DONE, DONE, DONE]
    assert worked_on() == date(2026, 11, 22)
    assert BalanceCheck.objects.count() == 1
    assert (work_of_the_day(now=NOON), BalanceCheck.objects.count()) == (False, 1)


def test_a_day_that_was_not_finished_is_so_before_the_next_one(
    three: list[Member], ledger_of: Ledger, one_at_a_time: None, make_member: Make
) -> None:
    tomorrow = make_member(name="Dan", birthday=date(1990, 11, 23))
    for _piece in range(3):
        work_of_the_day(now=NOON)

    to_the_end(NOON + timedelta(days=1))

    assert [ledger_of(member) for member in (*three, tomorrow)] == [DONE, DONE, DONE, [("bonus", 10)]]
    assert (worked_on(), BalanceCheck.objects.count()) == (date(2026, 11, 23), 2)


@pytest.mark.django_db(transaction=True)
def test_each_piece_is_a_task_of_its_own(three: list[Member], ledger_of: Ledger, one_at_a_time: None) -> None:
    forget_waiting()
    with time_machine.travel(NOON, tick=False):
        daily()
        rounds = [announced()]
        while rounds[-1]:
            forget_waiting()
            daily()
            rounds.append(announced())

    assert rounds == [[("loyalty.daily", {})]] * (len(rounds) - 1) + [[]]
    assert len(rounds) > 6
    assert [ledger_of(member) for member in three] == [DONE, DONE, DONE]
    assert worked_on() == date(2026, 11, 22)


# --- two at once, and killed ------------------------------------------------------------------------------


def _in_thread(work: Callable[[], bool]) -> bool:
    try:
        return work()
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_do_the_day_at_once(three: list[Member], ledger_of: Ledger) -> None:
    with ThreadPoolExecutor(2) as pool:
        with transaction.atomic():
            lock_member(three[1].pk)
            first = pool.submit(_in_thread, lambda: work_of_the_day(now=NOON))
            _until_somebody_waits()
            second = pool.submit(_in_thread, lambda: work_of_the_day(now=NOON)).result(timeout=10)
        first.result(timeout=30)

    assert second is False
    assert [ledger_of(member) for member in three] == [DONE, DONE, DONE]
    assert BalanceCheck.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_what_a_killed_worker_began_is_done_by_the_next_one(three: list[Member], ledger_of: Ledger) -> None:
    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        lock_member(three[1].pk)
        killed = pool.submit(_in_thread, lambda: work_of_the_day(now=NOON))
        pid = _until_somebody_waits()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
        with pytest.raises(OperationalError):
            killed.result(timeout=30)
    half_way = [ledger_of(member) for member in three], worked_on()

    work_of_the_day(now=NOON)

    assert half_way == ([[("bonus", 100)]] * 3, None)
    assert [ledger_of(member) for member in three] == [DONE, DONE, DONE]
    assert (worked_on(), BalanceCheck.objects.count()) == (date(2026, 11, 22), 1)


def _until_somebody_waits() -> int:
    """For a lock; the process that does."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pid FROM pg_locks WHERE NOT granted")
            found = cursor.fetchone()
        if found:
            return int(found[0])
    raise AssertionError("nobody waits")


# --- everybody's level anew -------------------------------------------------------------------------------


@pytest.fixture
def bought(levels: list[Level], three: list[Member]) -> list[Member]:
    """600 each: Silver until Gold is reached at 500."""
    for member in three:
        award(Purchase.objects.create(reference=f"p:{member.pk}", member=member, amount=600))
    Level.objects.filter(pk=levels[1].pk).update(threshold=500)
    return three


def level_names() -> list[str]:
    return [str(member.level) for member in Member.objects.order_by("pk")]


def test_a_change_of_levels_whose_task_was_lost_is_found_again(bought: list[Member]) -> None:
    refresh_everybody()  # nobody takes its task up
    before = level_names()

    left = refresh_levels()  # as the scheduler starts it

    assert (before, left, level_names()) == (["Silver"] * 3, False, ["Gold"] * 3)


def test_levels_go_on_where_the_last_piece_ended_and_begin_anew_with_a_new_change(
    levels: list[Level], bought: list[Member], one_at_a_time: None
) -> None:
    refresh_everybody()
    refresh_levels()
    refresh_levels()
    half_way = level_names()

    Level.objects.filter(pk=levels[1].pk).update(threshold=700)
    refresh_everybody()
    while refresh_levels():
        pass

    assert (half_way, level_names()) == (["Gold", "Gold", "Silver"], ["Silver"] * 3)


def test_whose_level_could_not_be_worked_out_is_tried_once_more(
    levels: list[Level], bought: list[Member], one_at_a_time: None, caplog: pytest.LogCaptureFixture
) -> None:
    refresh_everybody()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for_now = f"CHECK (id <> {bought[0].pk} OR level_id = {levels[0].pk})"
        cursor.execute(f"ALTER TABLE loyalty_member ADD CONSTRAINT for_now {for_now}")
        refresh_levels()
        cursor.execute("ALTER TABLE loyalty_member DROP CONSTRAINT for_now")
    half_way = level_names()
    while refresh_levels():
        pass

    assert f"level of member {bought[0].pk} could not be done" in caplog.text
    assert (half_way, level_names()) == (["Silver"] * 3, ["Gold"] * 3)


def test_where_nothing_was_changed_no_level_is_touched(bought: list[Member]) -> None:
    refresh_levels()  # what an upgrade has left to do

    Level.objects.filter(name="Gold").update(threshold=5)

    assert (refresh_levels(), level_names()) == (False, ["Gold"] * 3)


def test_a_deleted_level_leaves_everybody_to_be_worked_out_anew(
    levels: list[Level], bought: list[Member]
) -> None:
    delete_level(levels[2])
    Member.objects.update(level=None)

    refresh_levels()

    assert level_names() == ["Gold"] * 3


def test_who_has_no_level_gets_the_lowest_with_the_day(levels: list[Level], three: list[Member]) -> None:
    """As those who came with an import, or before there were levels."""
    Member.objects.filter(pk=three[0].pk).update(level=None)

    work_of_the_day(now=NOON)

    assert level_names() == ["Silver"] * 3
