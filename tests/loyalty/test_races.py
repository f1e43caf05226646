"""Many at once, on a real database: each of them as if it were alone."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier
from typing import Any, TypeVar

import pytest
from django.db import OperationalError, connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import User
from loyalty.domain import (
    award,
    check_balances,
    erase_member,
    join,
    member_of,
    merge_members,
    note_purchase,
    refund,
    spend_at_counter,
)
from loyalty.domain.counter import link_phone, undo_purchase
from loyalty.domain.ledger import Posting, lock_member, post
from loyalty.domain.purchases import award_waiting
from loyalty.enums import EntryKind, RuleKind
from loyalty.models import EarningRule, LedgerEntry, Level, Member, Programme, Purchase, Walk
from marketplace.common.errors import DomainError
from tests.loyalty.sweeps import expire_points

pytestmark = pytest.mark.django_db(transaction=True)
Got = TypeVar("Got")


def at_once(count: int, call: Callable[[int], Got]) -> list[Got]:
    """What `call` returned for 0, 1, 2 … in threads of their own that start together."""
    start = Barrier(count)

    def run(number: int) -> Got:
        try:
            start.wait()
            return call(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def while_it_waits(work: Callable[[], Any], table: str, look: Callable[[], Got]) -> Got:
    """What `look` finds while `work`, in a thread of its own, waits for `table`, which is locked here."""
    waits = "SELECT 1 FROM pg_locks WHERE relation = %s::regclass AND NOT granted"
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
            waiting = pool.submit(lambda: (work(), connection.close()))
            deadline = time.monotonic() + 10
            while time.monotonic() < deadline:
                cursor.execute(waits, [table])
                if cursor.fetchone():
                    break
            else:
                raise AssertionError("nobody waits")
            found = look()
        waiting.result()
    return found


@pytest.fixture
def admin(transactional_db: None, client: Client, make_person: Callable[..., User]) -> Client:
    client.force_login(make_person("admin", is_staff=True, is_superuser=True))
    return client


@pytest.fixture
def somsri(transactional_db: None) -> Member:
    """One point for each 100; has 100 points."""
    Programme.objects.create(pk=1, expiry_months=0, level_window=0)
    EarningRule.objects.create(name="Spend", kind=RuleKind.SPENDING, per_amount=Decimal(100), points=1)
    member = join(name="Somsri", phone="+66812345678")
    with transaction.atomic():
        post(lock_member(member.pk), [Posting(EntryKind.BONUS, 100, "a")], now=timezone.now())
    return member


def balance(member: Member) -> int:
    member.refresh_from_db()
    assert check_balances().wrong == []
    return member.balance


def test_a_purchase_is_awarded_once_by_ten(somsri: Member) -> None:
    purchase = Purchase.objects.create(reference="p", member=somsri, amount=1000)

    outcomes = at_once(10, lambda _number: len(award(purchase)))

    assert sorted(outcomes) == [0] * 9 + [1]
    assert balance(somsri) == 110


def test_ten_orders_of_somebody_new_make_one_member(somsri: Member, customer: User) -> None:
    def buy(number: int) -> int:
        note_purchase(f"order:{number}", customer=customer, amount=Decimal(100), by_category={})
        return award_waiting()

    at_once(10, buy)
    award_waiting()

    assert Member.objects.filter(user=customer).count() == 1
    assert balance(Member.objects.get(user=customer)) == 10


def test_one_refund_told_by_ten_counts_once(somsri: Member) -> None:
    purchase = Purchase.objects.create(reference="p", member=somsri, amount=1000)
    award(purchase)

    def go_back(_number: int) -> int:
        taken = refund(purchase, amount=Decimal(500), reference="r", by=None)
        return taken.points if taken else 0

    outcomes = at_once(10, go_back)

    purchase.refresh_from_db()
    assert sorted(outcomes) == [-5] + [0] * 9
    assert (purchase.refunded, balance(somsri)) == (500, 105)


def test_refunds_of_ten_never_exceed_what_was_paid(somsri: Member) -> None:
    purchase = Purchase.objects.create(reference="p", member=somsri, amount=1000)
    award(purchase)

    def go_back(number: int) -> str:
        try:
            refund(purchase, amount=Decimal(300), reference=f"r{number}", by=None)
            return "done"
        except DomainError as error:
            return error.code

    outcomes = at_once(10, go_back)

    purchase.refresh_from_db()
    assert sorted(outcomes) == ["done"] * 3 + ["refund_too_large"] * 7
    assert (purchase.refunded, balance(somsri)) == (900, 101)


def test_a_purchase_that_is_refunded_while_it_is_awarded_leaves_nothing(somsri: Member) -> None:
    purchase = Purchase.objects.create(reference="p", member=somsri, amount=1000)

    def do(number: int) -> Any:
        if number % 2:
            return award(purchase)
        return refund(purchase, amount=Decimal(1000), reference="r", by=None)

    at_once(6, do)

    assert balance(somsri) == 100


def test_the_same_points_are_spent_once(somsri: Member) -> None:
    def spend(number: int) -> str:
        try:
            with transaction.atomic():
                posting = Posting(EntryKind.REDEMPTION, -30, f"redemption:{number}")
                post(lock_member(somsri.pk), [posting], now=timezone.now())
            return "spent"
        except DomainError as error:
            return f"{error.code}: {error.extra['missing']}"

    outcomes = at_once(8, spend)

    assert sorted(outcomes) == ["not_enough_points: 20"] * 5 + ["spent"] * 3
    assert balance(somsri) == 10


def test_one_cause_posted_by_many_counts_once(somsri: Member) -> None:
    def give(_number: int) -> int:
        with transaction.atomic():
            posting = Posting(EntryKind.BONUS, 7, "birthday")
            return len(post(lock_member(somsri.pk), [posting], now=timezone.now()))

    assert sorted(at_once(8, give)) == [0] * 7 + [1]
    assert balance(somsri) == 107


def test_expiry_that_runs_twice_at_once_takes_once(somsri: Member) -> None:
    today = timezone.localdate()
    with transaction.atomic():
        posting = Posting(EntryKind.BONUS, 50, "old", expires_on=today.replace(year=today.year - 1, day=1))
        post(lock_member(somsri.pk), [posting], now=timezone.now())

    outcomes = at_once(4, lambda _number: expire_points(now=timezone.now()))

    assert sorted(outcomes) == [0, 0, 0, 50]
    assert balance(somsri) == 100


def test_somebody_becomes_one_member(somsri: Member, customer: User) -> None:
    found = at_once(8, lambda _number: member_of(customer).pk)

    assert len(set(found)) == 1
    assert Member.objects.filter(user=customer).count() == 1


def test_a_phone_is_claimed_by_one(somsri: Member, customer: User, stranger: User) -> None:
    people = [customer, stranger]

    found = at_once(2, lambda number: member_of(people[number], phone="+66812345678").pk)

    assert somsri.pk in found
    assert len(set(found)) == 2
    somsri.refresh_from_db()
    assert somsri.user in people
    assert LedgerEntry.objects.filter(member=somsri).count() == 1


# --- two who lock the same members ----------------------------------------------------------------------


def in_turn(held: Member, *calls: Callable[[], object]) -> list[str]:
    """Each call in a thread of its own, started when the one before waits for a lock; the first lock that all
    of them need is let go when all wait. "ok", or why one did not end well, by call."""

    def run(call: Callable[[], object]) -> str:
        try:
            call()
            return "ok"
        except DomainError as error:
            return error.code
        except OperationalError as error:
            return str(error).splitlines()[0]
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        with transaction.atomic():
            lock_member(held.pk)
            waiting = []
            for number, call in enumerate(calls, start=1):
                waiting.append(pool.submit(run, call))
                until_waiting(number)
        return [one.result() for one in waiting]


def until_waiting(count: int) -> None:
    """Until so many others wait for a lock."""
    deadline = time.monotonic() + 20
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute("SELECT pg_stat_clear_snapshot()")  # else a transaction sees the first one
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE wait_event_type = 'Lock' AND datname = current_database()"
            )
            if cursor.fetchone()[0] >= count:
                return
            time.sleep(0.02)
    raise AssertionError("nobody waits")


def test_a_phone_is_linked_while_the_two_are_merged_and_nobody_waits_for_ever(
    somsri: Member, operator: User
) -> None:
    online = join(name="Somsri J.")

    outcomes = in_turn(
        somsri,
        lambda: merge_members(somsri, online, by=None),
        lambda: link_phone(online, "+66812345678", by=operator),
    )

    online.refresh_from_db()
    assert outcomes == ["ok", "merged"]
    assert (online.merged_into, balance(somsri)) == (somsri, 100)


def test_a_member_is_erased_while_a_merge_comes_once_more_and_nobody_waits_for_ever(somsri: Member) -> None:
    """Who was merged into the other is the older one."""
    newer = join(name="Newer")
    merge_members(newer, somsri, by=None)

    outcomes = in_turn(
        somsri,
        lambda: merge_members(newer, somsri, by=None),
        lambda: erase_member(newer, typed_number=newer.number, by=None),
    )

    somsri.refresh_from_db()
    newer.refresh_from_db()
    assert outcomes == ["ok", "ok"]
    assert (somsri.erased_at is None, newer.erased_at is None, balance(newer)) == (False, False, 100)


def test_who_is_merged_in_while_somebody_is_erased_is_forgotten_too(somsri: Member) -> None:
    older, other = somsri, join(name="Other")

    outcomes = in_turn(
        older,
        lambda: merge_members(older, other, by=None),
        lambda: erase_member(older, typed_number=older.number, by=None),
    )

    other.refresh_from_db()
    assert outcomes == ["ok", "ok"]
    assert (other.name, other.erased_at is None) == ("", False)


def test_a_purchase_is_undone_while_its_member_is_merged_and_erased(somsri: Member, operator: User) -> None:
    newer = join(name="Newer")
    purchase = spend_at_counter(newer, amount=Decimal(1000), branch=None, by=operator, form_token="f")
    stale = Purchase.objects.select_related("member").get(pk=purchase.pk)

    outcomes = in_turn(
        newer,
        lambda: merge_members(somsri, newer, by=None),
        lambda: undo_purchase(stale, by=operator),
    )

    assert outcomes == ["ok", "ok"]
    assert (balance(somsri), balance(newer)) == (100, 0)


def test_a_rule_is_never_in_force_without_its_limits(somsri: Member, admin: Client) -> None:
    gold = Level.objects.create(name="Gold", threshold=Decimal(1000), multiplier=Decimal(1))
    rule = {"name": "Gold only", "kind": "spending", "per_amount": "1", "points": "9", "rounding": "down"}
    rule |= {"is_active": "on", "levels": str(gold.pk)}

    def in_force() -> list[str]:
        return list(EarningRule.objects.values_list("name", flat=True))

    seen = while_it_waits(
        lambda: admin.post("/admin/earning/add/", rule), "loyalty_earningrule_levels", in_force
    )

    assert (seen, in_force()) == (["Spend"], ["Spend", "Gold only"])
    assert EarningRule.objects.get(name="Gold only").levels.get() == gold

    more = rule | {"points": "5"}
    seen = while_it_waits(
        lambda: admin.post(f"/admin/earning/{EarningRule.objects.get(name='Gold only').pk}/", more),
        "loyalty_earningrule_branches",
        lambda: [str(EarningRule.objects.get(name="Gold only").points)],
    )
    assert (seen, EarningRule.objects.get(name="Gold only").points) == (["9"], 5)


def test_a_level_is_not_held_while_its_change_waits_for_the_worker(somsri: Member, admin: Client) -> None:
    """The worker has its walk's row and asks for the level when it stores a member's."""
    gold = Level.objects.create(name="Gold", threshold=Decimal(1000), multiplier=Decimal(1))
    Walk.objects.create(name="levels")
    change = {"name": "Gold", "threshold": "900", "multiplier": "1", "benefits": "", "colour": "#D4A017"}

    def is_free() -> bool:
        Level.objects.select_for_update(nowait=True).get(pk=gold.pk)
        return True

    is_free_meanwhile = while_it_waits(
        lambda: admin.post(f"/admin/levels/{gold.pk}/", change), "loyalty_walk", is_free
    )

    gold.refresh_from_db()
    assert (is_free_meanwhile, gold.threshold) == (True, 900)
