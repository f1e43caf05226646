"""Two members become one, and nothing of either is lost."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import User
from loyalty.domain import award, check_balances, merge_members, preview_merge, refresh_level, refund
from loyalty.domain.ledger import Posting, held_points, lock_member, post
from loyalty.domain.lots import lots_of
from loyalty.domain.programme import store_day
from loyalty.enums import EntryKind, LevelCriterion, Place, RewardKind
from loyalty.models import (
    EarningRule,
    LedgerEntry,
    Level,
    Member,
    MemberEdit,
    Programme,
    Purchase,
    Redemption,
    Reward,
)
from loyalty.queries.members import search_members
from marketplace.common.errors import DomainError

Make = Callable[..., Member]
Buy = Callable[..., Purchase]


def lots(member: Member) -> list[tuple[int, date | None]]:
    """What is left, and until when."""
    entries = LedgerEntry.objects.filter(member=member).order_by("pk")
    return [(lot.left, lot.expires_on) for lot in lots_of(entries)]


def give(member: Member, points: int, reference: str, **fields: object) -> None:
    posting = Posting(EntryKind.ADJUSTMENT, points, reference, **fields)  # type: ignore[arg-type]
    post(lock_member(member.pk), [posting], now=timezone.now())


def test_the_lots_of_both_are_the_kept_ones_with_their_days(member: Member, make_member: Make) -> None:
    other = make_member(name="Somsri J.")
    until = timezone.localdate() + timedelta(days=40)
    give(member, 100, "a")
    give(other, 50, "b", expires_on=until)
    give(other, 30, "c")
    give(other, -20, "d")

    merge_members(member, other, by=None)

    member.refresh_from_db()
    other.refresh_from_db()
    assert (member.balance, other.balance) == (160, 0)
    assert lots(member) == [(100, None), (30, until), (30, None)]
    assert lots(other) == []
    assert other.merged_into == member
    assert check_balances().wrong == []


def test_held_points_stay_held_and_owed_points_stay_owed(
    programme: Programme, rule: EarningRule, member: Member, make_member: Make, buy: Buy
) -> None:
    other = make_member()
    spent = buy(1000, of=other)
    give(other, -10, "spent")
    refund(spent, amount=Decimal(1000), reference="r", by=None)
    programme.hold_days = 5
    programme.save()
    # Of the 20 that are earned 10 pay off what is owed; the next 5 are free of that.
    owing = make_member()
    first = buy(500, of=owing)
    refund(first, amount=Decimal(100), reference="r2", by=None)

    merge_members(member, other, by=None)
    merge_members(member, owing, by=None)

    member.refresh_from_db()
    assert (member.balance, member.owed) == (4, 10)
    assert held_points(member, now=timezone.now()) == 4
    other.refresh_from_db()
    assert (other.balance, other.owed) == (0, 0)
    assert check_balances().wrong == []


def test_merging_again_changes_nothing(member: Member, make_member: Make) -> None:
    other = make_member()
    give(other, 50, "b")

    merge_members(member, other, by=None)
    merge_members(member, other, by=None)

    member.refresh_from_db()
    assert member.balance == 50
    assert LedgerEntry.objects.filter(kind=EntryKind.MERGE).count() == 2


def test_a_refund_after_two_merges_takes_the_points_that_the_purchase_gave(
    programme: Programme, rule: EarningRule, member: Member, make_member: Make, buy: Buy
) -> None:
    programme.hold_days = 5
    programme.save()
    first, second = make_member(), make_member()
    purchase = buy(1000, of=first)
    merge_members(second, first, by=None)
    merge_members(member, second, by=None)
    give(member, 7, "free")

    refund(purchase, amount=Decimal(300), reference="r", by=None)

    member.refresh_from_db()
    assert (member.balance, member.owed) == (14, 0)
    assert lots(member) == [(7, None), (7, None)]
    assert held_points(member, now=timezone.now()) == 7
    first.refresh_from_db()
    assert first.merged_into == member


def test_levels_count_what_both_earned(
    programme: Programme, rule: EarningRule, levels: list[Level], member: Member, make_member: Make, buy: Buy
) -> None:
    other = make_member()
    buy(600)
    bought = buy(600, of=other)

    preview = preview_merge(member, other)
    merge_members(member, other, by=None)

    member.refresh_from_db()
    assert (preview.level, member.level) == (levels[1], levels[1])
    refund(bought, amount=Decimal(600), reference="r", by=None)
    member.refresh_from_db()
    assert member.level == levels[0]


def test_a_level_by_points_is_not_lowered_by_moving_them(
    programme: Programme, rule: EarningRule, levels: list[Level], member: Member, make_member: Make, buy: Buy
) -> None:
    programme.level_criterion = LevelCriterion.POINTS
    programme.save()
    other = make_member()
    buy(60_000, of=other)
    bought = buy(50_000)

    merge_members(member, other, by=None)

    member.refresh_from_db()
    assert member.level == levels[1]  # 600 and 500 of the 1,000 that Gold needs
    refund(bought, amount=Decimal(50_000), reference="r", by=None)
    member.refresh_from_db()
    assert member.level == levels[0]


def test_purchases_and_redemptions_are_read_from_the_kept_one(
    rule: EarningRule, member: Member, make_member: Make, buy: Buy
) -> None:
    other = make_member()
    purchase = buy(1000, of=other)
    reward = Reward.objects.create(name="Tea", kind=RewardKind.PRODUCT, points=5)
    coupon = Redemption.objects.create(member=other, reward=reward, points=5, code="TEA", place=Place.ONLINE)

    merge_members(member, other, by=None)

    assert list(member.purchases.all()) == [purchase]
    assert list(member.redemptions.all()) == [coupon]
    assert award(purchase) == []


def test_a_purchase_that_waits_for_its_points_gives_them_to_the_kept_one(
    rule: EarningRule, member: Member, make_member: Make
) -> None:
    other = make_member()
    waiting = Purchase.objects.create(reference="test:waiting", member=other, amount=Decimal(500))
    stale = Purchase.objects.select_related("member").get(pk=waiting.pk)
    merge_members(member, other, by=None)

    award(stale)

    member.refresh_from_db()
    assert member.balance == 5


def test_account_and_phone_go_along_when_the_kept_one_has_none(make_member: Make, customer: User) -> None:
    kept = make_member(phone=None, name="")
    other = make_member(user=customer, name="Somchai", phone="+66899999999")

    merge_members(kept, other, by=None)

    kept.refresh_from_db()
    other.refresh_from_db()
    assert (kept.user, str(kept.phone), kept.name) == (customer, "+66899999999", "Somchai")
    assert (other.user, other.phone) == (None, None)


def test_the_old_number_and_phone_find_the_kept_one(member: Member, make_member: Make) -> None:
    other = make_member(name="Nid", phone="+66899999999")

    merge_members(member, other, by=None)

    assert search_members(other.number).members == [member]
    assert search_members("089-999-9999").members == [member]
    assert search_members("nid").members == [member]


def test_two_accounts_are_not_merged(make_member: Make, customer: User, agent: User) -> None:
    kept, other = make_member(user=customer), make_member(user=agent)
    give(other, 50, "b")

    with pytest.raises(DomainError) as refusal:
        merge_members(kept, other, by=None)

    kept.refresh_from_db()
    other.refresh_from_db()
    assert refusal.value.code == "two_accounts"
    assert (kept.balance, other.balance, other.merged_into, other.user) == (0, 50, None, agent)
    assert preview_merge(kept, other).refusal.startswith("Both have an account")


def test_the_same_and_those_who_are_gone_are_not_merged(member: Member, make_member: Make) -> None:
    other, third = make_member(), make_member()
    merge_members(member, other, by=None)

    codes = []
    for kept, gone in ((member, member), (third, other), (other, third)):
        with pytest.raises(DomainError) as refusal:
            merge_members(kept, gone, by=None)
        codes.append(refusal.value.code)

    assert codes == ["same_member", "merged", "merged"]


def test_a_refreshed_level_by_hand_of_the_kept_one_stays(
    levels: list[Level], member: Member, make_member: Make
) -> None:
    member.hand_level = levels[2]
    member.save()
    refresh_level(member)

    merge_members(member, make_member(), by=None)

    member.refresh_from_db()
    assert member.level == levels[2]


def test_a_level_by_hand_comes_along_with_its_last_day(
    levels: list[Level], member: Member, make_member: Make, customer: User
) -> None:
    until = store_day() + timedelta(days=400)
    imported = make_member(hand_level=levels[1], hand_level_until=until)

    preview = preview_merge(member, imported)
    merge_members(member, imported, by=customer)

    member.refresh_from_db()
    assert (preview.level, preview.by_hand_of) == (levels[1], imported)
    assert (member.level, member.hand_level, member.hand_level_until) == (levels[1], levels[1], until)
    edit = MemberEdit.objects.get(member=member)
    assert edit.changes["hand_level_until"] == ["", until.isoformat()]


@pytest.mark.parametrize(
    ("own", "own_days", "other", "other_days", "stays"),
    [
        (1, 5, 2, 3, (2, 3)),  # the better one
        (2, 3, 1, None, (2, 3)),
        (1, 5, 1, 9, (1, 9)),  # of two equal ones the longer
        (1, None, 1, 9, (1, None)),
        (2, -1, 1, 9, (1, 9)),  # what is over does not count
        (1, 5, 2, -1, (1, 5)),
    ],
)
def test_of_two_levels_by_hand_the_better_one_stands(
    levels: list[Level],
    member: Member,
    make_member: Make,
    own: int,
    own_days: int | None,
    other: int,
    other_days: int | None,
    stays: tuple[int, int | None],
) -> None:
    def day(days: int | None) -> date | None:
        return None if days is None else store_day() + timedelta(days=days)

    Member.objects.filter(pk=member.pk).update(hand_level=levels[own], hand_level_until=day(own_days))
    second = make_member(hand_level=levels[other], hand_level_until=day(other_days))
    member.refresh_from_db()

    preview = preview_merge(member, second)
    merge_members(member, second, by=None)

    member.refresh_from_db()
    assert (member.hand_level, member.hand_level_until) == (levels[stays[0]], day(stays[1]))
    assert member.level == preview.level == levels[stays[0]]


def test_a_level_by_hand_that_comes_along_does_not_lower_an_earned_one(
    levels: list[Level], rule: EarningRule, member: Member, make_member: Make, buy: Buy
) -> None:
    buy(6000)
    imported = make_member(hand_level=levels[1])

    preview = preview_merge(member, imported)
    merge_members(member, imported, by=None)

    member.refresh_from_db()
    assert (preview.level, preview.by_hand_of) == (levels[2], None)
    assert (member.level, member.hand_level) == (levels[2], None)


@pytest.mark.django_db(transaction=True)
def test_merging_while_the_other_one_buys_loses_nothing(
    rule: EarningRule, member: Member, make_member: Make
) -> None:
    other = make_member()
    bought = [
        Purchase.objects.create(reference=f"test:{n}", member=other, amount=Decimal(100)) for n in range(6)
    ]
    start = Barrier(8)

    def act(what: Callable[[], object]) -> None:
        try:
            start.wait()
            what()
        finally:
            connection.close()

    merges = [lambda: merge_members(member, other, by=None)] * 2
    awards = [lambda p=purchase: award(p) for purchase in bought]  # type: ignore[misc]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(act, [*merges, *awards]))

    member.refresh_from_db()
    other.refresh_from_db()
    assert (member.balance, other.balance, other.merged_into) == (6, 0, member)
    assert check_balances().wrong == []
