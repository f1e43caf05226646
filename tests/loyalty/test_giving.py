"""Points for joining and for birthdays."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from loyalty.domain import award, check_balances, join, work_of_the_day
from loyalty.domain.giving import give_sign_up_bonuses
from loyalty.enums import RuleKind
from loyalty.models import BalanceCheck, EarningRule, LedgerEntry, Level, Member, Programme, Purchase
from loyalty.tasks import daily
from tests.loyalty.sweeps import give_birthday_bonuses

Ledger = Callable[[Member], list[tuple[str, int]]]


def noon(year: int, month: int, day: int) -> datetime:
    """In Bangkok."""
    return datetime(year, month, day, 5, tzinfo=UTC)


@pytest.fixture
def welcome(programme: Programme) -> EarningRule:
    return EarningRule.objects.create(name="Welcome", kind=RuleKind.SIGN_UP, points=20)


@pytest.fixture
def cake(programme: Programme) -> EarningRule:
    return EarningRule.objects.create(name="Cake", kind=RuleKind.BIRTHDAY, points=100)


def given(member: Member) -> list[tuple[str, int]]:
    return [
        (str(e.created_at.year), e.points) for e in LedgerEntry.objects.filter(member=member).order_by("pk")
    ]


def test_who_joins_gets_the_bonus_once(welcome: EarningRule, ledger_of: Ledger) -> None:
    member = join(name="Somsri")

    again = give_sign_up_bonuses(member, now=timezone.now())

    assert (again, member.balance) == (0, 20)
    assert ledger_of(member) == [("bonus", 20)]
    assert LedgerEntry.objects.get().steps == [
        {"kind": "signup", "name": "Welcome", "rule": welcome.pk, "points": 20}
    ]


@pytest.mark.parametrize(
    "fields",
    [
        {"is_active": False},
        {"starts_on": date(2026, 11, 23)},
        {"ends_on": date(2026, 11, 21)},
        {"points": 0},
    ],
)
def test_a_rule_that_is_not_in_force_gives_nothing(
    fields: dict[str, Any], welcome: EarningRule, ledger_of: Ledger
) -> None:
    EarningRule.objects.update(**fields)

    with time_machine.travel(noon(2026, 11, 22), tick=False):
        member = join(name="Somsri")

    assert (ledger_of(member), member.balance) == ([], 0)


def test_nothing_is_given_while_the_programme_stands_still(
    welcome: EarningRule, cake: EarningRule, rule: EarningRule, ledger_of: Ledger
) -> None:
    Programme.objects.update(is_running=False)
    member = join(name="Somsri", birthday=date(1990, 11, 22))
    purchase = Purchase.objects.create(reference="a", member=member, amount=1000)

    give_birthday_bonuses(now=noon(2026, 11, 22))
    award(purchase)
    Programme.objects.update(is_running=True)
    award(purchase)

    assert ledger_of(member) == []


def test_a_birthday_is_given_once_a_year_on_its_day_in_the_store(cake: EarningRule) -> None:
    member = join(name="Somsri", birthday=date(1990, 11, 22))
    join(name="Somchai", birthday=date(1990, 11, 23))
    eve = datetime(2026, 11, 21, 16, 59, tzinfo=UTC)

    counts = [
        give_birthday_bonuses(now=moment)
        for moment in (eve, eve + timedelta(minutes=1), noon(2026, 11, 22), noon(2027, 11, 22))
    ]

    assert counts == [0, 1, 0, 1]
    assert given(member) == [("2026", 100), ("2027", 100)]


@pytest.mark.parametrize(
    ("day", "count"),
    [
        (date(2027, 2, 28), 2),
        (date(2027, 3, 1), 0),
        (date(2028, 2, 28), 1),
        (date(2028, 2, 29), 1),
        (date(2100, 2, 28), 2),
    ],
)
def test_who_was_born_on_29_february_has_a_birthday_every_year(
    day: date, count: int, cake: EarningRule
) -> None:
    join(name="Leap", birthday=date(2000, 2, 29))
    join(name="Plain", birthday=date(2001, 2, 28))

    assert give_birthday_bonuses(now=noon(day.year, day.month, day.day)) == count


def test_a_birthday_bonus_can_be_for_levels(
    cake: EarningRule, levels: list[Level], buy: Callable[..., Purchase], member: Member
) -> None:
    cake.levels.set([levels[1]])
    Member.objects.update(birthday=date(1990, 11, 22))
    assert give_birthday_bonuses(now=noon(2026, 11, 22)) == 0

    buy(1000)

    assert give_birthday_bonuses(now=noon(2026, 11, 22)) == 1


def test_who_was_erased_gets_nothing(cake: EarningRule) -> None:
    join(name="Somsri", birthday=date(1990, 11, 22), erased_at=timezone.now())

    assert give_birthday_bonuses(now=noon(2026, 11, 22)) == 0


# --- the day's work ---------------------------------------------------------------------------------------


def test_the_work_of_a_day_is_done_once_as_soon_as_it_begins_in_the_store(
    cake: EarningRule, ledger_of: Ledger
) -> None:
    member = join(name="Somsri", birthday=date(1990, 11, 22))
    midnight = datetime(2026, 11, 21, 17, tzinfo=UTC)

    checks = []
    for minutes in (-10, -5, 0, 10, 20, 1440):
        work_of_the_day(now=midnight + timedelta(minutes=minutes))
        checks.append(BalanceCheck.objects.count())

    assert checks == [1, 1, 2, 2, 2, 3]
    assert ledger_of(member) == [("bonus", 100)]


def test_birthdays_of_days_on_which_nothing_ran_are_made_up_for(cake: EarningRule) -> None:
    work_of_the_day(now=noon(2026, 12, 29))
    missed = join(name="Somsri", birthday=date(1990, 12, 30))
    today = join(name="Somchai", birthday=date(1990, 1, 2))

    work_of_the_day(now=noon(2027, 1, 2))
    work_of_the_day(now=noon(2027, 12, 30))

    assert given(missed) == [("2027", 100), ("2027", 100)]
    assert given(today) == [("2027", 100)]


def test_the_task_takes_what_is_over_and_leaves_books_that_add_up(
    rule: EarningRule, member: Member, buy: Callable[..., Purchase], ledger_of: Ledger
) -> None:
    Programme.objects.update(expiry_months=6)
    buy(1000, at=noon(2026, 5, 31))

    with time_machine.travel(noon(2026, 12, 1), tick=False):
        daily()
        daily()

    member.refresh_from_db()
    assert (ledger_of(member), member.balance) == ([("purchase", 10), ("expiry", -10)], 0)
    assert check_balances().wrong == []
