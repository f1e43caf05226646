"""A coupon is used once, on one thing, until its day."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest

from accounts.models import User
from loyalty.domain import free_coupon, is_over, use_coupon
from loyalty.domain.reward_setup import has_open_redemptions
from loyalty.models import Branch, Member, Purchase, Redemption, Reward
from loyalty.queries.rewards import coupons_of, to_be_used
from marketplace.common.errors import DomainError
from tests.loyalty.rewards.conftest import NOON

Make = Callable[..., Reward]
Take = Callable[..., Redemption]


def test_a_coupon_is_used_once(rich: Member, make_reward: Make, take: Take, customer: User) -> None:
    coupon = take(rich, make_reward(), now=NOON)

    used = use_coupon(coupon, on="order:42", amount=Decimal(50), by=customer, now=NOON)
    again = use_coupon(coupon, on="order:42", amount=Decimal(50), by=customer)
    with pytest.raises(DomainError) as refusal:
        use_coupon(coupon, on="order:43", amount=Decimal(50), by=customer)

    assert (used.status, used.used_on, used.used_amount, used.used_at) == ("used", "order:42", 50, NOON)
    assert again == used
    assert refusal.value.code == "used"
    assert Redemption.objects.get().used_on == "order:42"


def test_an_order_takes_one_coupon(rich: Member, make_reward: Make, take: Take, customer: User) -> None:
    first, second = take(rich, make_reward()), take(rich, make_reward())
    use_coupon(first, on="order:42", amount=Decimal(50), by=customer)

    with pytest.raises(DomainError) as refusal:
        use_coupon(second, on="order:42", amount=Decimal(50), by=customer)

    second.refresh_from_db()
    assert (refusal.value.code, second.status) == ("taken", "open")


def test_on_its_last_day_it_is_good_and_on_the_next_it_is_shown_and_not_good(
    rich: Member, make_reward: Make, take: Take, customer: User
) -> None:
    coupon = take(rich, make_reward(valid_days=1), now=NOON)
    last, after = NOON + timedelta(days=1), NOON + timedelta(days=2)

    with pytest.raises(DomainError) as refusal:
        use_coupon(coupon, on="order:42", amount=Decimal(50), by=customer, now=after)

    assert (refusal.value.code, is_over(coupon, now=last), is_over(coupon, now=after)) == (
        "over",
        False,
        True,
    )
    assert list(to_be_used(rich, date(2026, 11, 24))) == []
    assert list(coupons_of(rich)) == [coupon]
    assert use_coupon(coupon, on="order:42", amount=None, by=customer, now=last).status == "used"


def test_a_coupon_of_one_branch_is_not_handed_over_at_another(
    rich: Member, make_reward: Make, take: Take, branch: Branch, customer: User
) -> None:
    coupon = take(rich, make_reward())
    coupon.reward.branches.add(branch)
    other = Branch.objects.create(name="Thonglor", code="TL")

    with pytest.raises(DomainError) as refusal:
        use_coupon(coupon, on=f"counter:{coupon.pk}", amount=None, by=customer, branch=other)

    assert refusal.value.code == "branch"
    assert Redemption.objects.get().status == "open"


def test_what_came_to_nothing_gives_its_coupon_back(
    rich: Member, make_reward: Make, take: Take, customer: User
) -> None:
    coupon = take(rich, make_reward())
    use_coupon(coupon, on="order:42", amount=Decimal(50), by=customer)

    freed, nothing = free_coupon("order:42"), free_coupon("order:42")

    assert (freed, nothing) == (coupon, None)
    coupon.refresh_from_db()
    assert (coupon.status, coupon.used_on, coupon.used_at, coupon.used_amount) == ("open", "", None, None)
    assert use_coupon(coupon, on="order:43", amount=None, by=customer).used_on == "order:43"


@pytest.mark.parametrize("is_completed", [False, True])
def test_the_terms_of_a_coupon_on_an_order_stay_until_the_order_is_completed(
    is_completed: bool, rich: Member, make_reward: Make, take: Take, customer: User
) -> None:
    """Cancelled, the order gives it back."""
    reward = make_reward()
    use_coupon(take(rich, reward), on="order:42", amount=Decimal(50), by=customer)
    if is_completed:
        Purchase.objects.create(reference="order:42", member=rich, amount=Decimal(100))

    assert has_open_redemptions(reward) is not is_completed
