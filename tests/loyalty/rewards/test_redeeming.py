"""Points buy a reward once, by its rules, or nothing happens."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from importlib import import_module
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from accounts.models import User
from loyalty.domain import free_coupon, redeem, redeem_package, undo_redemption, use_coupon
from loyalty.enums import Place
from loyalty.models import Branch, LedgerEntry, Level, Member, Package, Programme, Redemption, Reward
from marketplace.common.errors import DomainError
from tests.loyalty.rewards.conftest import NOON

Ledger = Callable[[Member], list[tuple[str, int]]]
Make = Callable[..., Reward]
Take = Callable[..., Redemption]


def assert_refused(code: str, member: Member, reward: Reward, take: Take, **fields: Any) -> str:
    member.refresh_from_db()
    reward.refresh_from_db()
    before = (member.balance, reward.taken, Redemption.objects.count(), LedgerEntry.objects.count())

    with pytest.raises(DomainError) as refusal:
        take(member, reward, **fields)

    member.refresh_from_db()
    reward.refresh_from_db()
    after = (member.balance, reward.taken, Redemption.objects.count(), LedgerEntry.objects.count())
    assert (refusal.value.code, after) == (code, before)
    return refusal.value.sentence


def test_a_reward_costs_its_points_and_is_open(
    rich: Member, make_reward: Make, take: Take, ledger_of: Ledger
) -> None:
    reward = make_reward(quantity=5, valid_days=30)

    redemption = take(rich, reward, now=NOON)

    rich.refresh_from_db()
    reward.refresh_from_db()
    entry = LedgerEntry.objects.get(kind="redemption")
    assert (rich.balance, ledger_of(rich)) == (700, [("adjustment", 1000), ("redemption", -300)])
    assert (entry.reference, entry.note) == (f"redemption:{redemption.pk}", "50 baht off")
    assert (redemption.status, redemption.expires_on) == ("open", date(2026, 12, 22))
    assert (len(redemption.code), reward.taken, reward.left) == (10, 1, 4)


def test_the_same_form_is_the_same_redemption(
    rich: Member, make_reward: Make, take: Take, ledger_of: Ledger
) -> None:
    reward, token = make_reward(), uuid4()

    first = take(rich, reward, form_token=token)
    second = take(rich, reward, form_token=token)

    reward.refresh_from_db()
    assert first == second
    assert (reward.taken, ledger_of(rich)[1:]) == (1, [("redemption", -300)])


@pytest.mark.parametrize(
    ("fields", "code", "sentence"),
    [
        ({"is_active": False}, "not_offered", "This is not offered any more. Choose another one."),
        (
            {"starts_on": date(2026, 11, 23)},
            "not_yet",
            "This is not offered yet. Look at its start date.",
        ),
        ({"ends_on": date(2026, 11, 21)}, "over", "The time of this offer is over. Choose another one."),
        ({"quantity": 0}, "none_left", "All of them are taken. Choose another one."),
        (
            {"code_source": "uploaded"},
            "no_codes",
            "There is no code left for it. Choose another one, or ask the store.",
        ),
        ({"points": 1001}, "not_enough_points", "1 point is missing."),
        # The first reason is the one that is said.
        (
            {"points": 1001, "quantity": 0, "is_active": False},
            "not_offered",
            "This is not offered any more. Choose another one.",
        ),
    ],
)
def test_what_is_not_to_be_had_is_refused_and_changes_nothing(
    rich: Member, make_reward: Make, take: Take, fields: dict[str, Any], code: str, sentence: str
) -> None:
    assert assert_refused(code, rich, make_reward(**fields), take, now=NOON) == sentence


def test_its_dates_are_days_of_the_store(rich: Member, make_reward: Make, take: Take) -> None:
    reward = make_reward(points=1, starts_on=date(2026, 11, 22), ends_on=date(2026, 11, 22))
    day_begins = datetime(2026, 11, 21, 17, 0, tzinfo=UTC)  # midnight in Bangkok

    assert_refused("not_yet", rich, reward, take, now=day_begins - timedelta(seconds=1))
    assert_refused("over", rich, reward, take, now=day_begins + timedelta(days=1))

    assert take(rich, reward, now=day_begins).status == "open"
    assert take(rich, reward, now=day_begins + timedelta(hours=23, minutes=59)).status == "open"


def test_a_level_alone_may_see_it(
    rich: Member, levels: list[Level], make_reward: Make, take: Take, buy: Callable[..., Any]
) -> None:
    reward = make_reward()
    reward.levels.add(levels[1])

    assert_refused("level", rich, reward, take)
    buy(1000)  # Gold

    assert take(rich, reward).status == "open"


def test_a_reward_of_one_branch_is_not_redeemed_at_another(
    rich: Member, branch: Branch, make_reward: Make, take: Take
) -> None:
    reward = make_reward()
    reward.branches.add(branch)
    other = Branch.objects.create(name="Thonglor", code="TL")

    assert_refused("branch", rich, reward, take, branch=other, place=Place.COUNTER)

    assert take(rich, reward, branch=branch, place=Place.COUNTER).branch == branch


def test_a_member_has_it_as_often_as_the_limit_says_and_what_was_undone_does_not_count(
    rich: Member, make_reward: Make, take: Take, provider: User
) -> None:
    reward = make_reward(points=1, per_member=2)
    first = take(rich, reward)
    take(rich, reward)

    assert_refused("member_limit", rich, reward, take)
    undo_redemption(first, by=provider)

    assert take(rich, reward).status == "open"


def test_the_limit_of_a_month_begins_anew_with_the_stores_month(
    rich: Member, make_reward: Make, take: Take
) -> None:
    reward = make_reward(points=1, per_month=1)
    last_of_november = datetime(2026, 11, 30, 16, 59, tzinfo=UTC)
    take(rich, reward, now=NOON)

    assert_refused("month_limit", rich, reward, take, now=last_of_november)

    assert take(rich, reward, now=last_of_november + timedelta(minutes=1)).status == "open"


def test_held_points_buy_nothing(
    member: Member, give: Callable[..., Member], make_reward: Make, take: Take
) -> None:
    give(member, 300, available_at=NOON + timedelta(days=1))
    reward = make_reward()

    assert assert_refused("not_enough_points", member, reward, take, now=NOON) == "300 points are missing."

    assert take(member, reward, now=NOON + timedelta(days=1)).points == 300


def test_points_buy_nothing_after_their_last_day_also_before_the_days_work(
    member: Member, give: Callable[..., Member], make_reward: Make, take: Take, ledger_of: Ledger
) -> None:
    give(member, 300, expires_on=date(2026, 11, 21))
    give(member, 400)

    assert_refused("not_enough_points", member, make_reward(points=500), take, now=NOON)
    take(member, make_reward(points=350), now=NOON)

    assert ledger_of(member) == [
        ("adjustment", 300),
        ("adjustment", 400),
        ("expiry", -300),
        ("redemption", -350),
    ]


def test_a_package_is_not_paid_with_points_that_are_over(
    member: Member, give: Callable[..., Member], make_reward: Make, make_package: Callable[..., Package]
) -> None:
    give(member, 300, expires_on=date(2026, 11, 21))
    package = make_package({make_reward(): 1}, points=100)

    with pytest.raises(DomainError) as refusal:
        redeem_package(member, package, place=Place.ONLINE, form_token=uuid4(), now=NOON)

    assert refusal.value.code == "not_enough_points"


def test_who_was_merged_or_erased_redeems_nothing(
    rich: Member, make_member: Callable[..., Member], make_reward: Make, take: Take
) -> None:
    reward = make_reward()
    Member.objects.filter(pk=rich.pk).update(merged_into=make_member())
    assert_refused("merged", rich, reward, take)

    Member.objects.filter(pk=rich.pk).update(merged_into=None, erased_at=NOON)

    assert_refused("erased", rich, reward, take)


def test_uploaded_codes_go_out_in_turn_until_none_is_left(
    rich: Member, make_reward: Make, take: Take
) -> None:
    reward = make_reward(points=1, code_source="uploaded")
    for code in ("AAA", "BBB"):
        reward.codes.create(code=code)

    codes = [take(rich, reward).code, take(rich, reward).code]

    assert codes == ["AAA", "BBB"]
    assert_refused("no_codes", rich, reward, take)


def test_a_free_reward_leaves_no_entry(
    member: Member, make_reward: Make, take: Take, ledger_of: Ledger
) -> None:
    assert take(member, make_reward(points=0)).status == "open"
    assert ledger_of(member) == []


def test_bonus_points_come_at_once_and_are_used_with_that(
    rich: Member, programme: Programme, make_reward: Make, take: Take, ledger_of: Ledger
) -> None:
    programme.expiry_months = 6
    programme.save()

    redemption = take(rich, make_reward("Lucky points", kind="points", bonus=500, points=100), now=NOON)

    bonus = LedgerEntry.objects.get(kind="bonus")
    assert ledger_of(rich) == [("adjustment", 1000), ("redemption", -100), ("bonus", 500)]
    assert (redemption.status, bonus.reference) == ("used", f"redemption:{redemption.pk}")
    assert bonus.expires_on == date(2027, 5, 31)


def test_bonus_points_do_not_pay_for_themselves(
    member: Member, make_reward: Make, take: Take, give: Callable[..., Member]
) -> None:
    give(member, 50)

    assert_refused("not_enough_points", member, make_reward(kind="points", bonus=500, points=100), take)


def test_a_package_gives_everything_for_one_price(
    rich: Member,
    make_reward: Make,
    make_package: Callable[..., Package],
    ledger_of: Ledger,
) -> None:
    coupon, tea = make_reward(quantity=5), make_reward("Tea", kind="product", code_source="uploaded")
    for code in ("T1", "T2", "T3"):
        tea.codes.create(code=code)
    package, token = make_package({coupon: 1, tea: 2}), uuid4()

    pieces = redeem_package(rich, package, place=Place.ONLINE, form_token=token)
    again = redeem_package(rich, package, place=Place.ONLINE, form_token=token)

    coupon.refresh_from_db()
    tea.refresh_from_db()
    package.refresh_from_db()
    assert again == pieces
    assert [(piece.reward, piece.points) for piece in pieces] == [(coupon, 500), (tea, 0), (tea, 0)]
    assert [piece.code for piece in pieces[1:]] == ["T1", "T2"]
    assert ledger_of(rich)[1:] == [("redemption", -500)]
    assert (package.taken, coupon.taken, tea.taken) == (1, 1, 2)


@pytest.mark.parametrize(
    ("reward", "package", "code"),
    [
        ({"quantity": 1}, {}, "none_left"),
        ({"code_source": "uploaded"}, {}, "no_codes"),
        ({}, {"points": 1001}, "not_enough_points"),
        ({}, {"quantity": 0}, "none_left"),
        ({}, {"is_active": False}, "not_offered"),
        ({}, {"per_member": 0}, "member_limit"),
    ],
)
def test_a_package_comes_whole_or_not_at_all(
    rich: Member,
    make_reward: Make,
    make_package: Callable[..., Package],
    ledger_of: Ledger,
    reward: dict[str, Any],
    package: dict[str, Any],
    code: str,
) -> None:
    first, second = make_reward(), make_reward("Tea", kind="product", **reward)
    box = make_package({first: 1, second: 2}, **package)

    with pytest.raises(DomainError) as refusal:
        redeem_package(rich, box, place=Place.ONLINE, form_token=uuid4())

    first.refresh_from_db()
    box.refresh_from_db()
    assert refusal.value.code == code
    assert (Redemption.objects.count(), first.taken, box.taken) == (0, 0, 0)
    assert ledger_of(rich) == [("adjustment", 1000)]


def test_a_rewards_own_limits_do_not_hold_in_a_package_and_a_package_uses_up_none_of_them(
    rich: Member, make_reward: Make, make_package: Callable[..., Package], take: Take
) -> None:
    reward = make_reward(points=1, per_member=1)
    box = make_package({reward: 2})

    pieces = redeem_package(rich, box, place=Place.ONLINE, form_token=uuid4())

    assert len(pieces) == 2
    assert take(rich, reward).status == "open"
    assert_refused("member_limit", rich, reward, take)


def test_undoing_returns_the_points_and_the_place_but_never_an_uploaded_code(
    rich: Member, make_reward: Make, take: Take, provider: User, ledger_of: Ledger
) -> None:
    reward = make_reward(quantity=1, code_source="uploaded")
    reward.codes.create(code="AAA")
    reward.codes.create(code="BBB")
    redemption = take(rich, reward)

    undone = undo_redemption(redemption, by=provider)
    undo_redemption(redemption, by=provider)

    rich.refresh_from_db()
    reward.refresh_from_db()
    price, returned = LedgerEntry.objects.filter(kind__in=["redemption", "returned"]).order_by("pk")
    assert (undone.status, reward.taken, rich.balance) == ("cancelled", 0, 1000)
    assert ledger_of(rich)[1:] == [("redemption", -300), ("returned", 300)]
    assert (returned.reverses, returned.by, returned.reference) == (price, provider, price.reference)
    assert reward.codes.get(code="AAA").redemption == undone
    assert take(rich, reward).code == "BBB"


def test_the_code_of_an_undone_redemption_is_not_honoured_nor_made_again(
    rich: Member,
    make_reward: Make,
    take: Take,
    provider: User,
    ledger_of: Ledger,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reward = make_reward(points=1)
    undone = undo_redemption(take(rich, reward), by=provider)
    told = iter([undone.code, "FRESH23456"])
    monkeypatch.setattr("loyalty.domain.members.secrets.choice", _spelling(told))

    with pytest.raises(DomainError) as refusal:
        use_coupon(undone, on="order:1", amount=Decimal(50), by=provider)

    undone.refresh_from_db()
    assert (refusal.value.code, undone.status, undone.used_on) == ("cancelled", "cancelled", "")
    assert take(rich, reward).code == "FRESH23456"


def _spelling(words: Iterator[str]) -> Callable[[str], str]:
    """Chance that says these words, letter by letter."""
    letters = (letter for word in words for letter in word)
    return lambda _choices: next(letters)


def test_undoing_one_piece_undoes_its_package(
    rich: Member,
    make_reward: Make,
    make_package: Callable[..., Package],
    provider: User,
    ledger_of: Ledger,
) -> None:
    coupon, tea = make_reward(), make_reward("Tea", kind="product")
    box = make_package({coupon: 1, tea: 2})
    pieces = redeem_package(rich, box, place=Place.ONLINE, form_token=uuid4())

    undone = undo_redemption(pieces[2], by=provider)

    rows = [tea, coupon, box]
    for row in rows:
        row.refresh_from_db()
    assert undone == pieces[2]
    assert set(Redemption.objects.values_list("status", flat=True)) == {"cancelled"}
    assert [row.taken for row in rows] == [0, 0, 0]
    assert ledger_of(rich)[1:] == [("redemption", -500), ("returned", 500)]


def test_what_was_used_is_undone_only_at_the_counter_and_within_a_quarter_of_an_hour(
    rich: Member, make_reward: Make, take: Take, provider: User, ledger_of: Ledger
) -> None:
    online = take(rich, make_reward(points=1), now=NOON)
    counter = take(rich, make_reward(points=2), now=NOON, place=Place.COUNTER)
    late = take(rich, make_reward(points=3), now=NOON, place=Place.COUNTER)
    on_order = take(rich, make_reward(points=4), now=NOON, place=Place.COUNTER)
    for redemption in (online, counter, late):
        use_coupon(redemption, on=f"counter:{redemption.pk}", amount=None, by=provider, now=NOON)
    use_coupon(on_order, on="order:1", amount=Decimal(50), by=provider, now=NOON)

    codes = []
    for redemption, minutes in ((online, 1), (late, 16), (on_order, 1)):
        with pytest.raises(DomainError) as refusal:
            undo_redemption(redemption, by=provider, now=NOON + timedelta(minutes=minutes))
        codes.append(refusal.value.code)
    undo_redemption(counter, by=provider, now=NOON + timedelta(minutes=15))

    assert codes == ["used", "used", "used"]
    assert ledger_of(rich)[-1] == ("returned", 2)
    assert Redemption.objects.filter(status="used").count() == 3


def test_a_coupon_on_an_order_is_undone_only_after_the_order_came_to_nothing(
    rich: Member, make_reward: Make, take: Take, provider: User, ledger_of: Ledger
) -> None:
    coupon = take(rich, make_reward(), now=NOON, place=Place.COUNTER)
    use_coupon(coupon, on="order:1", amount=Decimal(50), by=rich.user, now=NOON)
    with pytest.raises(DomainError) as refusal:
        undo_redemption(coupon, by=provider, now=NOON)
    coupon.refresh_from_db()
    before = (coupon.status, coupon.used_amount, ledger_of(rich)[-1])

    free_coupon("order:1")
    undone = undo_redemption(coupon, by=provider, now=NOON)

    assert (refusal.value.code, before) == ("used", ("used", Decimal(50), ("redemption", -300)))
    assert (undone.status, undone.used_on, ledger_of(rich)[-1]) == ("cancelled", "", ("returned", 300))
    assert free_coupon("order:1") is None


def test_undone_bonus_points_go_unless_they_were_spent(
    rich: Member, make_reward: Make, take: Take, provider: User, ledger_of: Ledger
) -> None:
    bonus = make_reward(kind="points", bonus=500, points=100)
    first = take(rich, bonus, place=Place.COUNTER)
    undo_redemption(first, by=provider)
    second = take(rich, bonus, place=Place.COUNTER)
    take(rich, make_reward(points=1400))

    with pytest.raises(DomainError) as refusal:
        undo_redemption(second, by=provider)

    rich.refresh_from_db()
    assert refusal.value.code == "not_enough_points"
    assert ledger_of(rich)[1:5] == [("redemption", -100), ("bonus", 500), ("returned", 100), ("undo", -500)]
    assert (rich.balance, ledger_of(rich)[-1]) == (0, ("redemption", -1400))


def test_who_was_merged_gets_the_points_back_where_the_member_is_now(
    rich: Member,
    make_member: Callable[..., Member],
    make_reward: Make,
    take: Take,
    provider: User,
    ledger_of: Ledger,
) -> None:
    redemption = take(rich, make_reward())
    kept = make_member()
    Member.objects.filter(pk=rich.pk).update(merged_into=kept)

    undo_redemption(Redemption.objects.get(pk=redemption.pk), by=provider)

    kept.refresh_from_db()
    assert (kept.balance, ledger_of(kept)) == (300, [("returned", 300)])
    assert LedgerEntry.objects.get(kind="returned").reverses is None


def test_a_redeem_that_fails_half_way_leaves_nothing(rich: Member, make_reward: Make) -> None:
    reward = make_reward(code_source="uploaded")

    with pytest.raises(DomainError):
        redeem(rich, reward, place=Place.ONLINE, form_token=uuid4())

    assert not Redemption.objects.exists()


def test_codes_that_were_free_again_by_an_undoing_of_before_are_spent_by_the_migration(
    rich: Member, make_reward: Make, take: Take, provider: User
) -> None:
    reward = make_reward(points=1, code_source="uploaded")
    for code in ("AAA", "BBB", "CCC"):
        reward.codes.create(code=code)
    first, second = take(rich, reward), take(rich, reward)
    undo_redemption(first, by=provider)
    reward.codes.filter(code="AAA").update(redemption=None)
    migration = import_module("loyalty.migrations.0002_undone_codes_stay_spent")

    with connection.cursor() as cursor:
        cursor.execute(migration.SPENT)

    found = reward.codes.order_by("code").values_list("code", "redemption")
    assert list(found) == [("AAA", first.pk), ("BBB", second.pk), ("CCC", None)]
