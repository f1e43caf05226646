"""Many at once, on real PostgreSQL: never more than there is, never twice for one press."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from loyalty.domain import redeem, redeem_package, undo_redemption, use_coupon
from loyalty.enums import Place
from loyalty.models import LedgerEntry, Member, Package, Redemption, Reward, RewardCode
from marketplace.common.errors import DomainError

pytestmark = pytest.mark.django_db(transaction=True)

WIDTH = 25  # the embedded server's connections; fifty come in two waves


def at_once(work: Sequence[Callable[[], Any]]) -> list[str]:
    """ "ok" or the code of the refusal, of each; all start together, as many as there are connections."""
    width = min(WIDTH, len(work))
    start = Barrier(width)

    def run(number: int) -> list[str]:
        found = []
        try:
            start.wait()
            for piece in work[number::width]:
                try:
                    piece()
                    found.append("ok")
                except DomainError as error:
                    found.append(error.code)
        finally:
            connection.close()
        return found

    with ThreadPoolExecutor(width) as pool:
        return sorted(result for part in pool.map(run, range(width)) for result in part)


def test_the_last_reward_goes_to_one_of_fifty_members(
    make_member: Callable[..., Member], give: Callable[..., Member], make_reward: Callable[..., Reward]
) -> None:
    reward = make_reward(quantity=1)
    members = [give(make_member(), 300) for _number in range(50)]

    results = at_once(
        [lambda m=m: redeem(m, reward, place=Place.ONLINE, form_token=uuid4()) for m in members]
    )

    reward.refresh_from_db()
    assert results == ["none_left"] * 49 + ["ok"]
    assert (reward.taken, Redemption.objects.count()) == (1, 1)
    assert LedgerEntry.objects.filter(kind="redemption").count() == 1
    assert sorted(Member.objects.values_list("balance", flat=True)) == [0] + [300] * 49


def test_fifty_presses_of_one_member_who_may_have_one_bring_one(
    rich: Member, make_reward: Callable[..., Reward]
) -> None:
    reward = make_reward(points=10, per_member=1)

    results = at_once([lambda: redeem(rich, reward, place=Place.ONLINE, form_token=uuid4())] * 50)

    reward.refresh_from_db()
    rich.refresh_from_db()
    assert results == ["member_limit"] * 49 + ["ok"]
    assert (reward.taken, rich.balance) == (1, 990)


def test_one_form_sent_by_ten_threads_is_one_redemption(
    rich: Member, make_reward: Callable[..., Reward]
) -> None:
    reward, token = make_reward(), uuid4()

    results = at_once([lambda: redeem(rich, reward, place=Place.ONLINE, form_token=token)] * 10)

    reward.refresh_from_db()
    rich.refresh_from_db()
    assert results == ["ok"] * 10
    assert (reward.taken, rich.balance, Redemption.objects.count()) == (1, 700, 1)


def test_points_are_not_spent_twice_on_two_rewards(rich: Member, make_reward: Callable[..., Reward]) -> None:
    rewards = [make_reward(f"Reward {number}", points=400) for number in range(5)]

    results = at_once([lambda r=r: redeem(rich, r, place=Place.ONLINE, form_token=uuid4()) for r in rewards])

    rich.refresh_from_db()
    assert results == ["not_enough_points"] * 3 + ["ok"] * 2
    assert rich.balance == 200


def test_codes_packages_and_undoing_at_once_add_up(
    make_member: Callable[..., Member],
    give: Callable[..., Member],
    make_reward: Callable[..., Reward],
    make_package: Callable[..., Package],
    provider: Any,
) -> None:
    first = make_reward("First", points=10, code_source="uploaded", quantity=30)
    second = make_reward("Second", points=10, quantity=12)
    RewardCode.objects.bulk_create(RewardCode(reward=first, code=f"C{n:02}") for n in range(12))
    # The two boxes name their rewards in opposite orders.
    boxes = [make_package({first: 1, second: 1}, "A"), make_package({second: 1, first: 1}, "B")]
    members = [give(make_member(), 1000) for _number in range(20)]

    def press(number: int) -> None:
        member, kind = members[number], number % 4
        if kind < 2:
            redeem_package(member, boxes[kind], place=Place.ONLINE, form_token=uuid4())
            return
        taken = redeem(member, (first, second)[kind - 2], place=Place.ONLINE, form_token=uuid4())
        if number % 8 >= 4:
            undo_redemption(taken, by=provider)

    at_once([lambda n=n: press(n) for n in range(20)])

    for reward in (first, second):
        reward.refresh_from_db()
        standing = Redemption.objects.filter(reward=reward).exclude(status="cancelled")
        assert (reward.taken, reward.taken <= reward.quantity) == (standing.count(), True)
    # What was undone keeps its code.
    out = Redemption.objects.filter(reward=first)
    assert sorted(out.values_list("code", flat=True)) == sorted(
        RewardCode.objects.exclude(redemption=None).values_list("code", flat=True)
    )
    for member in Member.objects.all():
        assert member.balance == sum(member.entries.values_list("points", flat=True))


def test_a_coupon_used_on_ten_orders_at_once_is_used_on_one(
    rich: Member, make_reward: Callable[..., Reward], take: Callable[..., Redemption]
) -> None:
    coupon = take(rich, make_reward())

    results = at_once(
        [lambda n=n: use_coupon(coupon, on=f"order:{n}", amount=None, by=None) for n in range(10)]
    )

    assert results == ["ok"] + ["used"] * 9
