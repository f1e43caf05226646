"""What is left of which points."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from loyalty.domain.lots import all_lots, lots_of

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
JAN, FEB = date(2026, 1, 31), date(2026, 2, 28)


@dataclass
class Entry:
    pk: int
    kind: str
    points: int
    expires_on: date | None = None
    reverses_id: int | None = None
    available_at: datetime | None = None

    @property
    def created_at(self) -> datetime:
        return BEGIN + timedelta(days=self.pk)


def left(*entries: Entry) -> dict[int, int]:
    return {lot.entry_id: lot.left for lot in lots_of(entries)}


def test_the_oldest_points_are_spent_first() -> None:
    assert left(
        Entry(1, "purchase", 100, JAN), Entry(2, "purchase", 50, FEB), Entry(3, "redemption", -120)
    ) == {2: 30}


def test_points_that_are_held_are_passed_over() -> None:
    held = Entry(1, "purchase", 100, available_at=BEGIN + timedelta(days=3, hours=1))
    assert left(held, Entry(2, "purchase", 50), Entry(3, "redemption", -50)) == {1: 100}
    assert left(held, Entry(2, "purchase", 50), Entry(4, "redemption", -50)) == {1: 50, 2: 50}


def test_a_refund_takes_what_its_purchase_gave_before_other_points() -> None:
    first, second = Entry(1, "purchase", 100), Entry(2, "purchase", 50)
    assert left(first, second, Entry(3, "refund", -50, reverses_id=2)) == {1: 100}
    assert left(first, second, Entry(3, "refund", -70, reverses_id=2)) == {1: 80}


def test_a_redemption_that_was_undone_never_happened() -> None:
    entries = [
        Entry(1, "purchase", 100, JAN),
        Entry(2, "redemption", -100),
        Entry(3, "purchase", 40, FEB),
        Entry(4, "redemption", -10),
        Entry(5, "returned", 100, reverses_id=2),
    ]
    assert left(*entries) == {1: 90, 3: 40}


def test_a_correction_that_was_undone_in_part_took_less() -> None:
    entries = [Entry(1, "bonus", 100), Entry(2, "adjustment", -60), Entry(3, "undo", 20, reverses_id=2)]
    assert left(*entries) == {1: 60}


def test_expiry_takes_only_what_was_good_until_its_day() -> None:
    entries = [Entry(1, "bonus", 10), Entry(2, "bonus", 20, JAN), Entry(3, "bonus", 30, FEB)]
    lots = all_lots([*entries, Entry(4, "expiry", -20, JAN)])
    assert [(lot.left, lot.expired) for lot in lots] == [(10, 0), (0, 20), (30, 0)]


def test_what_came_by_a_merge_is_a_lot_and_goes_first_when_its_origin_is_taken_back() -> None:
    entries = [Entry(7, "bonus", 10), Entry(8, "merge", 20, reverses_id=3), Entry(9, "refund", -5, None, 3)]
    assert left(*entries) == {7: 10, 8: 15}
