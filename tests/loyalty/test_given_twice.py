"""One person gets the bonus for joining and for the first purchase once, also after being two members."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.utils import timezone

from loyalty.domain import award, check_balances, join, merge_members, preview_merge, refund
from loyalty.domain.ledger import Posting, held_points, lock_member, post
from loyalty.enums import EntryKind, RuleKind
from loyalty.models import EarningRule, LedgerEntry, Level, Member, Programme, Purchase
from loyalty.queries.history import purchases_of, reason_of
from tests.loyalty.sweeps import expire_points, give_birthday_bonuses

Buy = Callable[..., Purchase]
Ledger = Callable[[Member], list[tuple[str, int]]]
EARLIER = timezone.now() - timedelta(days=40)


@pytest.fixture
def bonuses(programme: Programme) -> None:
    """20 for joining, 50 for the first purchase."""
    EarningRule.objects.create(name="Welcome", kind=RuleKind.SIGN_UP, points=20)
    EarningRule.objects.create(name="First", kind=RuleKind.FIRST_PURCHASE, points=50)


@pytest.fixture
def at_counter(bonuses: None) -> Member:
    """Known to the shop by phone for forty days; has 20."""
    return join(name="Somsri", phone="+66899999999", now=EARLIER)


@pytest.fixture
def online(at_counter: Member) -> Member:
    """The same person, who has joined again by an account; has 20."""
    return join(name="Somsri J.")


def spend(member: Member, points: int) -> None:
    with transaction.atomic():
        posting = Posting(EntryKind.REDEMPTION, -points, f"tea:{member.pk}")
        post(lock_member(member.pk), [posting], now=timezone.now())


def corrections() -> list[tuple[int, int, str]]:
    """(points, owed, why)"""
    rows = LedgerEntry.objects.filter(kind=EntryKind.UNDO).order_by("pk").select_related("reverses")
    return [(row.points, row.shortfall, reason_of(row)) for row in rows]


JOINING = "The bonus for joining is given once: both of the merged members had got it."
BUYING = "The bonus for the first purchase is given once: both of the merged members had got it."


@pytest.mark.parametrize("keeps_the_first", [True, False])
def test_both_bonuses_stand_once_after_a_merge_and_the_ledger_says_why(
    at_counter: Member, online: Member, rule: EarningRule, buy: Buy, ledger_of: Ledger, keeps_the_first: bool
) -> None:
    buy(1000, of=at_counter, at=EARLIER)
    later = buy(500, of=online)
    kept, other = (at_counter, online) if keeps_the_first else (online, at_counter)
    kept.refresh_from_db()
    other.refresh_from_db()
    preview = preview_merge(kept, other)

    merge_members(kept, other, by=None)
    merge_members(kept, other, by=None)

    kept.refresh_from_db()
    assert (preview.points, preview.given_twice, preview.owed) == (85, 70, 0)
    assert (kept.balance, kept.owed) == (20 + 50 + 10 + 5, 0)
    assert corrections() == [(-20, 0, JOINING), (-50, 0, BUYING)]
    assert ledger_of(kept)[-2:] == [("undo", -20), ("undo", -50)]
    assert [purchase.given for purchase in purchases_of(kept)[0]] == [5, 60]  # type: ignore[attr-defined]
    refund(later, amount=Decimal(500), reference="r", by=None)
    kept.refresh_from_db()
    assert (kept.balance, kept.owed) == (80, 0)
    assert check_balances().wrong == []


def test_what_was_spent_of_it_stays_owed(at_counter: Member, online: Member) -> None:
    spend(online, 15)
    spend(at_counter, 12)
    online.refresh_from_db()
    at_counter.refresh_from_db()
    preview = preview_merge(online, at_counter)

    merge_members(online, at_counter, by=None)

    online.refresh_from_db()
    assert (preview.points, preview.owed) == (0, 7)
    assert (online.balance, online.owed) == (0, 7)
    assert corrections() == [(-13, 7, f"{JOINING} 7 points were spent already and stay owed.")]
    assert check_balances().wrong == []


def test_what_has_expired_of_it_is_gone_already(programme: Programme, at_counter: Member) -> None:
    Programme.objects.update(expiry_months=6)
    online = join(name="Somsri J.")
    expire_points(now=timezone.now() + timedelta(days=250))

    merge_members(at_counter, online, by=None)

    at_counter.refresh_from_db()
    assert (at_counter.balance, at_counter.owed, corrections()) == (20, 0, [])


def test_held_points_are_held_no_more(
    programme: Programme, at_counter: Member, online: Member, buy: Buy
) -> None:
    buy(1000, of=at_counter, at=EARLIER)
    Programme.objects.update(hold_days=7)
    buy(500, of=online)
    at_counter.refresh_from_db()
    online.refresh_from_db()
    preview = preview_merge(at_counter, online)

    merge_members(at_counter, online, by=None)

    at_counter.refresh_from_db()
    assert (preview.points, preview.held) == (70, 0)
    assert (at_counter.balance, held_points(at_counter, now=timezone.now())) == (70, 0)


def test_a_first_purchase_that_went_back_counts_for_nothing(
    at_counter: Member, online: Member, buy: Buy
) -> None:
    gone = buy(1000, of=at_counter, at=EARLIER)
    refund(gone, amount=Decimal(1000), reference="all", by=None)
    buy(500, of=online)

    merge_members(at_counter, online, by=None)

    at_counter.refresh_from_db()
    assert at_counter.balance == 20 + 50
    assert corrections() == [(-20, 0, JOINING)]


def test_the_money_that_went_back_and_the_merge_take_the_points_once(
    at_counter: Member, online: Member, rule: EarningRule, buy: Buy
) -> None:
    buy(1000, of=at_counter, at=EARLIER)
    half_gone = buy(1000, of=online)
    refund(half_gone, amount=Decimal(500), reference="r1", by=None)

    merge_members(at_counter, online, by=None)
    refund(half_gone, amount=Decimal(500), reference="r2", by=None)

    at_counter.refresh_from_db()
    assert corrections() == [(-20, 0, JOINING), (-25, 0, BUYING)]
    assert (at_counter.balance, at_counter.owed) == (20 + 60, 0)


def test_a_third_member_of_the_same_person_brings_no_third_bonus(at_counter: Member, online: Member) -> None:
    merge_members(online, at_counter, by=None)
    third = join(name="Somsri again")

    merge_members(third, online, by=None)

    third.refresh_from_db()
    assert third.balance == 20
    assert corrections() == [(-20, 0, JOINING)] * 2
    assert check_balances().wrong == []


def test_a_birthday_stands_once_in_a_year_after_a_merge(
    programme: Programme, make_member: Callable[..., Member], ledger_of: Ledger
) -> None:
    EarningRule.objects.create(name="Cake", kind=RuleKind.BIRTHDAY, points=100)
    first, second = (make_member(birthday=date(1990, 11, 22)) for _one in range(2))
    for year in (2025, 2026):
        give_birthday_bonuses(now=datetime(year, 11, 22, 5, tzinfo=UTC))

    foreseen = preview_merge(second, first).given_twice
    merge_members(second, first, by=None)
    again = give_birthday_bonuses(now=datetime(2026, 11, 22, 5, tzinfo=UTC))

    assert (foreseen, again) == (200, 0)
    assert [(points, why) for points, _owed, why in corrections()] == [
        (-100, "The birthday bonus is given once a year: both of the merged members had got it.")
    ] * 2
    assert not check_balances().wrong


def test_who_had_a_birthday_before_the_merge_has_no_second_one(
    programme: Programme, make_member: Callable[..., Member]
) -> None:
    EarningRule.objects.create(name="Cake", kind=RuleKind.BIRTHDAY, points=100)
    other = make_member(birthday=date(1990, 11, 22))
    give_birthday_bonuses(now=datetime(2026, 11, 22, 5, tzinfo=UTC))
    kept = make_member()

    merge_members(kept, other, by=None)

    kept.refresh_from_db()
    assert (kept.birthday, kept.balance) == (date(1990, 11, 22), 100)
    assert give_birthday_bonuses(now=datetime(2026, 11, 22, 5, tzinfo=UTC)) == 0
    assert give_birthday_bonuses(now=datetime(2027, 11, 22, 5, tzinfo=UTC)) == 1


def test_who_got_it_once_keeps_it(programme: Programme, make_member: Callable[..., Member]) -> None:
    old = make_member()
    EarningRule.objects.create(name="Welcome", kind=RuleKind.SIGN_UP, points=20)
    EarningRule.objects.create(name="Welcome too", kind=RuleKind.SIGN_UP, points=5)
    new = make_member()

    preview = preview_merge(old, new)
    merge_members(old, new, by=None)

    old.refresh_from_db()
    assert (preview.given_twice, old.balance, corrections()) == (0, 25, [])


def test_the_level_does_not_count_it_twice(
    at_counter: Member, online: Member, levels: list[Level], programme: Programme
) -> None:
    Programme.objects.update(level_criterion="points")
    Level.objects.filter(pk=levels[1].pk).update(threshold=30)

    preview = preview_merge(at_counter, online)
    merge_members(at_counter, online, by=None)

    at_counter.refresh_from_db()
    assert (preview.level, at_counter.level) == (levels[0], levels[0])


# --- a first purchase that went back ------------------------------------------------------------------


def test_after_a_first_purchase_that_went_back_the_next_one_is_the_first(
    bonuses: None, member: Member, buy: Buy, ledger_of: Ledger
) -> None:
    first = buy(1000)
    refund(first, amount=Decimal(999), reference="r1", by=None)
    second = buy(1000)
    refund(first, amount=Decimal(1), reference="r2", by=None)
    refund(second, amount=Decimal(1000), reference="r3", by=None)

    buy(1000)
    buy(1000)

    member.refresh_from_db()
    assert [points for _kind, points in ledger_of(member)] == [20, 50, -49, -1, 50]
    assert member.balance == 70


def test_a_purchase_that_went_back_before_its_points_were_worked_out_gives_no_bonus(
    bonuses: None, member: Member, ledger_of: Ledger
) -> None:
    purchase = Purchase.objects.create(reference="p", member=member, amount=Decimal(100))
    refund(purchase, amount=Decimal(100), reference="r1", by=None)

    award(purchase)

    assert ledger_of(member) == [("bonus", 20)]


def test_a_bonus_that_was_spent_is_paid_off_by_the_next_one(bonuses: None, member: Member, buy: Buy) -> None:
    first = buy(1000, at=datetime(2026, 11, 1, tzinfo=UTC))
    spend(member, 70)
    refund(first, amount=Decimal(1000), reference="r1", by=None)

    buy(1000)

    member.refresh_from_db()
    assert (member.balance, member.owed) == (0, 0)
