"""Random histories of one member, told to the programme and to a plain model, agree after every step."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import count
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from loyalty.domain import award, join, refund
from loyalty.domain.ledger import Posting, lock_member, post, spendable_points
from loyalty.domain.lots import lots_of
from loyalty.domain.programme import expiry_day, store_day
from loyalty.enums import EntryKind, RuleKind
from loyalty.models import EarningRule, LedgerEntry, Member, Programme, Purchase
from marketplace.common.errors import DomainError
from tests.loyalty.sweeps import expire_points

BEGIN = datetime(2026, 1, 31, 5, tzinfo=UTC)  # noon in Bangkok
EXAMPLES = 60


# --- the model: what was gained is lots, what was lost takes from them in turn ---------------------------


@dataclass
class Row:
    points: int
    at: datetime
    free_at: datetime | None = None
    until: date | None = None
    own: int | None = None
    lapses: bool = False


@dataclass
class Bought:
    """`row` is None when it gave nothing, or nothing yet."""

    amount: int
    hold_days: int
    at: datetime
    refunded: int = 0
    worth: int | None = None
    row: int | None = None
    taken: int = 0


@dataclass
class Model:
    months: int
    now: datetime = BEGIN
    rows: list[Row] = field(default_factory=list)
    owed: int = 0
    given_back: set[int] = field(default_factory=set)
    bought: list[Bought] = field(default_factory=list)

    def lots(self) -> tuple[dict[int, int], dict[int, int]]:
        """What is left of each gain, and what lapsed of it."""
        left: dict[int, int] = {}
        lapsed: dict[int, int] = {}
        for number, row in enumerate(self.rows):
            if row.points > 0:
                left[number], lapsed[number] = row.points, 0
                continue
            missing = 0 if number in self.given_back else -row.points
            for lot in self._turn(row, left):
                part = min(missing, left[lot])
                missing -= part
                left[lot] -= part
                lapsed[lot] += part if row.lapses else 0
            assert not missing, "points went that were not there"
        return left, lapsed

    def _turn(self, row: Row, left: dict[int, int]) -> list[int]:
        if row.lapses:
            return [lot for lot in left if self._good_until(lot) <= (row.until or date.min)]
        return sorted(left, key=lambda lot: (lot != row.own, self._is_held(lot, row.at), lot))

    def _good_until(self, lot: int) -> date:
        return self.rows[lot].until or date.max

    def _is_held(self, lot: int, at: datetime) -> bool:
        free_at = self.rows[lot].free_at
        return free_at is not None and free_at > at

    def left(self) -> list[int]:
        return [points for points in self.lots()[0].values() if points]

    def free(self) -> int:
        return sum(points for lot, points in self.lots()[0].items() if not self._is_held(lot, self.now))

    def gain(self, points: int, *, free_at: datetime | None = None, pays: bool = True) -> int:
        until = expiry_day(store_day(self.now), self.months)
        self.rows.append(Row(points, self.now, free_at, until))
        number = len(self.rows) - 1
        if pays and self.owed:
            self.rows.append(Row(-min(points, self.owed), self.now, own=number))
            self.owed -= min(points, self.owed)
        return number

    def lose(self, points: int, *, own: int | None = None) -> int | None:
        if points > self.free():
            return None
        self.rows.append(Row(-points, self.now, own=own))
        return len(self.rows) - 1

    def give_back(self, number: int) -> None:
        points = -self.rows[number].points
        self.given_back.add(number)
        if self.owed:
            self.rows.append(Row(-min(points, self.owed), self.now))
            self.owed -= min(points, self.owed)

    def award(self, bought: Bought) -> None:
        bought.worth = bought.amount - bought.refunded
        points = bought.worth // 10
        if points:
            free_at = bought.at + timedelta(days=bought.hold_days) if bought.hold_days else None
            bought.row = self.gain(points, free_at=free_at)
            self.rows[bought.row].until = expiry_day(store_day(bought.at), self.months)

    def refund(self, bought: Bought, amount: int) -> None:
        bought.refunded += amount
        if bought.row is None or not bought.worth:
            return
        left, lapsed = self.lots()
        share = Fraction(bought.refunded - (bought.amount - bought.worth), bought.worth)
        due = int(self.rows[bought.row].points * share)
        due = max(due - lapsed[bought.row], 0) - bought.taken
        if due <= 0:
            return
        bought.taken += due
        held = min(due, left[bought.row]) if self._is_held(bought.row, self.now) else 0
        taken = held + min(due - held, self.free())
        if taken:
            self.rows.append(Row(-taken, self.now, own=bought.row))
        self.owed += due - taken

    def expire(self) -> None:
        day = store_day(self.now)
        left = {lot: n for lot, n in self.lots()[0].items() if n and self._good_until(lot) < day}
        held = [lot for lot in left if self._is_held(lot, self.now)]
        free = [lot for lot in left if lot not in held]
        for group in ([free] if free else []) + [[lot] for lot in held]:
            until = max(self._good_until(lot) for lot in group)
            self.rows.append(Row(-sum(left[lot] for lot in group), self.now, until=until, lapses=True))


# --- the programme, by its own functions -----------------------------------------------------------------


class Story:
    """Does each step in both and compares."""

    def __init__(self, months: int) -> None:
        Programme.objects.filter(pk=1).update(expiry_months=months)
        self.member = join(name="Somsri")
        self.model = Model(months)
        self.purchases: list[Purchase] = []
        self.redemptions: list[tuple[int, LedgerEntry]] = []
        self.adjustments: list[tuple[int, LedgerEntry]] = []
        self.numbers = count(1)

    def buy(self, amount: int, hold_days: int, is_late: bool) -> None:
        Programme.objects.filter(pk=1).update(hold_days=hold_days)
        purchase = Purchase.objects.create(
            reference=f"p:{next(self.numbers)}", member=self.member, amount=amount, at=self.model.now
        )
        self.purchases.append(purchase)
        self.model.bought.append(Bought(amount, hold_days, self.model.now))
        if not is_late:
            self._award(len(self.purchases) - 1)

    def award_waiting(self) -> None:
        for number in range(len(self.purchases)):
            self._award(number)
            self._award(number)

    def _award(self, number: int) -> None:
        bought = self.model.bought[number]
        Programme.objects.filter(pk=1).update(hold_days=bought.hold_days)
        award(self.purchases[number], now=self.model.now)
        if bought.worth is None:
            self.model.award(bought)

    def give(self, points: int) -> None:
        self._post(EntryKind.BONUS, points)
        self.model.gain(points)

    def adjust(self, points: int) -> None:
        entry = self._post(EntryKind.ADJUSTMENT, points)
        if points > 0:
            assert entry
            self.adjustments.append((self.model.gain(points, pays=False), entry))
        else:
            assert (entry is None) == (self.model.lose(-points) is None)

    def undo_adjustment(self, which: int) -> None:
        if not self.adjustments:
            return
        number, given = self.adjustments[which % len(self.adjustments)]
        entry = self._post(EntryKind.UNDO, -given.points, reverses=given)
        assert (entry is None) == (self.model.lose(given.points, own=number) is None)
        if entry:
            self.adjustments.remove((number, given))

    def redeem(self, points: int) -> None:
        entry, number = self._post(EntryKind.REDEMPTION, -points), self.model.lose(points)
        assert (entry is None) == (number is None)
        if entry and number is not None:
            self.redemptions.append((number, entry))

    def undo_redemption(self, which: int) -> None:
        if self.redemptions:
            number, entry = self.redemptions.pop(which % len(self.redemptions))
            self._post(EntryKind.RETURNED, -entry.points, reverses=entry)
            self.model.give_back(number)

    def refund(self, which: int, percent: int) -> None:
        if not self.purchases:
            return
        purchase, bought = (rows[which % len(rows)] for rows in (self.purchases, self.model.bought))
        assert isinstance(purchase, Purchase)
        assert isinstance(bought, Bought)
        amount = -(-(bought.amount - bought.refunded) * percent // 100)
        if not amount:
            return
        reference = f"r:{next(self.numbers)}"
        for _twice in range(2):
            refund(purchase, amount=Decimal(amount), reference=reference, by=None, now=self.model.now)
        self.model.refund(bought, amount)

    def expire(self) -> None:
        expire_points(now=self.model.now)
        assert expire_points(now=self.model.now) == 0
        self.model.expire()

    def wait(self, days: int) -> None:
        self.model.now += timedelta(days=days)

    def _post(self, kind: EntryKind, points: int, **fields: Any) -> LedgerEntry | None:
        if points > 0 and "reverses" not in fields:
            fields["expires_on"] = expiry_day(store_day(self.model.now), self.model.months)
        posting = Posting(kind, points, f"x:{next(self.numbers)}", **fields)
        try:
            with transaction.atomic():
                first, *_rest = post(lock_member(self.member.pk), [posting], now=self.model.now)
                return first
        except DomainError:
            return None

    def compare(self) -> None:
        member = Member.objects.get(pk=self.member.pk)
        entries = list(LedgerEntry.objects.filter(member=member).order_by("pk"))
        assert [lot.left for lot in lots_of(entries)] == self.model.left()
        assert member.balance == sum(entry.points for entry in entries) == sum(self.model.left())
        assert member.owed == sum(entry.shortfall for entry in entries) == self.model.owed
        assert spendable_points(member, now=self.model.now) == self.model.free() >= 0


# What seldom comes by chance: points that were spent before their money went back.
DEBT = [("buy", 1000, 0, False), ("redeem", 100), ("refund", 0, 100)]
few = st.integers(0, 5)
steps = st.one_of(
    st.tuples(st.just("buy"), st.integers(5, 2000), st.sampled_from([0, 0, 7, 200]), st.booleans()),
    st.tuples(st.just("award_waiting")),
    st.tuples(st.just("give"), st.integers(1, 100)),
    st.tuples(st.just("adjust"), st.integers(-100, 100).filter(bool)),
    st.tuples(st.just("undo_adjustment"), few),
    st.tuples(st.just("redeem"), st.integers(1, 150)),
    st.tuples(st.just("undo_redemption"), few),
    st.tuples(st.just("refund"), few, st.sampled_from([1, 33, 50, 100])),
    st.tuples(st.just("expire")),
    st.tuples(st.just("wait"), st.sampled_from([1, 6, 31, 181, 366])),
)


@pytest.fixture
def running(programme: Programme) -> None:
    """One point for each 10."""
    EarningRule.objects.create(name="Spend", kind=RuleKind.SPENDING, per_amount=Decimal(10), points=1)


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@example(0, [*DEBT, ("buy", 2000, 7, False), ("give", 100), ("refund", 1, 100), ("wait", 31)])
@example(6, [("give", 100), ("redeem", 50), ("wait", 366), ("expire",), ("undo_redemption", 0), ("expire",)])
@example(6, [("buy", 1000, 0, False), ("redeem", 40), ("wait", 366), ("expire",), ("refund", 0, 100)])
@example(6, [("buy", 1000, 200, False), ("give", 5), ("wait", 181), ("wait", 31), ("expire",)])
@given(months=st.sampled_from([0, 6, 12]), history=st.lists(steps, min_size=4, max_size=16))
def test_every_history_ends_as_the_model_says(running: None, months: int, history: list[Any]) -> None:
    with transaction.atomic():
        story = Story(months)
        for name, *values in history:
            getattr(story, name)(*values)
            story.compare()
        transaction.set_rollback(True)
