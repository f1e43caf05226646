"""What a member sees, and why something cannot be had now."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import uuid4

from loyalty.domain import redeem, redeem_package, shelf_for
from loyalty.enums import Place
from loyalty.models import Branch, Level, Member, Package, Redemption, Reward
from tests.loyalty.rewards.conftest import NOON

Make = Callable[..., Reward]


def test_the_shelf_says_for_each_whether_it_can_be_had_and_why_not(
    rich: Member, make_reward: Make, take: Callable[..., Redemption], branch: Branch
) -> None:
    once = make_reward("Once", points=1, per_member=1)
    monthly = make_reward("Monthly", points=2, per_month=1)
    take(rich, once, now=NOON)
    take(rich, monthly, now=NOON)
    rich.refresh_from_db()
    make_reward("Sold out", points=3, quantity=0)
    make_reward("No codes", points=4, code_source="uploaded")
    make_reward("Elsewhere", points=5).branches.add(Branch.objects.create(name="Thonglor", code="TL"))
    make_reward("Fine", points=6)
    make_reward("Dear", points=1000)
    make_reward("Off", points=7, is_active=False)
    make_reward("Coming", points=8, starts_on=date(2026, 11, 23))
    make_reward("Over", points=9, ends_on=date(2026, 11, 21))

    shelf = shelf_for(rich, branch=branch, now=NOON)

    assert [(str(shown.offer), shown.why_not, shown.missing) for shown in shelf.rewards] == [
        ("Once", "member_limit", 0),
        ("Monthly", "month_limit", 0),
        ("Sold out", "none_left", 0),
        ("No codes", "no_codes", 0),
        ("Elsewhere", "branch", 0),
        ("Fine", "", 0),
        ("Dear", "not_enough_points", 3),
    ]
    assert (shelf.spendable, shelf.rewards[5].can_redeem) == (997, True)
    assert shelf.rewards[2].sentence == "All of them are taken. Choose another one."


def test_what_is_for_other_levels_is_not_on_the_shelf(
    rich: Member, levels: list[Level], make_reward: Make, make_package: Callable[..., Package]
) -> None:
    for_all, for_gold, for_silver = make_reward("All"), make_reward("Gold"), make_reward("Silver")
    for_gold.levels.add(levels[1])
    for_silver.levels.add(levels[0], levels[2])
    make_package({for_all: 1}, "Gold box").levels.add(levels[1])
    make_package({for_all: 1}, "Silver box").levels.add(levels[0])

    shelf = shelf_for(rich, now=NOON)

    assert [str(shown.offer) for shown in shelf.rewards] == ["All", "Silver"]
    assert [str(shown.offer) for shown in shelf.packages] == ["Silver box"]


def test_a_package_is_out_when_one_of_its_rewards_is(
    rich: Member, make_reward: Make, make_package: Callable[..., Package]
) -> None:
    scarce = make_reward("Scarce", quantity=1)
    coded = make_reward("Coded", code_source="uploaded")
    coded.codes.create(code="A")
    make_package({scarce: 2}, "Two scarce", points=1)
    make_package({scarce: 1, coded: 1}, "One each", points=2)
    make_package({coded: 2}, "Two codes", points=3)
    make_package({}, "Empty", points=4)

    shelf = shelf_for(rich, now=NOON)

    assert [(str(shown.offer), shown.why_not) for shown in shelf.packages] == [
        ("Two scarce", "none_left"),
        ("One each", ""),
        ("Two codes", "no_codes"),
        ("Empty", "not_offered"),
    ]


def test_a_package_is_out_when_one_of_its_rewards_is_not_offered_now_or_here(
    rich: Member, make_reward: Make, make_package: Callable[..., Package], branch: Branch
) -> None:
    elsewhere = make_reward("Elsewhere")
    elsewhere.branches.add(Branch.objects.create(name="Ari", code="ARI"))
    here = make_reward("Here")
    here.branches.add(branch)
    make_package({make_reward("Off", is_active=False): 1}, "Off box", points=1)
    make_package({make_reward("Over", ends_on=date(2026, 11, 21)): 1}, "Over box", points=2)
    make_package({make_reward("Soon", starts_on=date(2026, 11, 23)): 1}, "Soon box", points=3)
    make_package({elsewhere: 1}, "Elsewhere box", points=4)
    box = make_package({here: 1}, "Here box", points=5)

    at_branch = shelf_for(rich, branch=branch, now=NOON)
    online = shelf_for(rich, now=NOON)
    pieces = redeem_package(rich, box, place=Place.COUNTER, branch=branch, form_token=uuid4(), now=NOON)

    assert [(str(shown.offer), shown.why_not) for shown in at_branch.packages] == [
        ("Off box", "not_offered"),
        ("Over box", "over"),
        ("Soon box", "not_yet"),
        ("Elsewhere box", "branch"),
        ("Here box", ""),
    ]
    assert [shown.why_not for shown in online.packages][3:] == ["", ""]
    assert [piece.reward for piece in pieces] == [here]


def test_a_full_shelf_takes_no_more_queries(
    rich: Member,
    levels: list[Level],
    make_reward: Make,
    make_package: Callable[..., Package],
    django_assert_num_queries: Any,
) -> None:
    def fill() -> None:
        reward = make_reward(code_source="uploaded")
        reward.levels.add(levels[0])
        make_package({reward: 1, make_reward(): 1}).levels.add(levels[0])

    fill()
    with django_assert_num_queries(13):
        shelf_for(rich, now=NOON)
    for _more in range(3):
        fill()

    with django_assert_num_queries(13):
        shelf = shelf_for(rich, now=NOON)

    assert (len(shelf.rewards), len(shelf.packages)) == (8, 4)


def test_what_the_shelf_offers_can_be_redeemed(rich: Member, make_reward: Make, branch: Branch) -> None:
    make_reward("Fine").branches.add(branch)
    (shown,) = shelf_for(rich, branch=branch, now=NOON).rewards
    assert isinstance(shown.offer, Reward)

    redeem(rich, shown.offer, place=Place.COUNTER, branch=branch, form_token=uuid4(), now=NOON)

    rich.refresh_from_db()
    assert shelf_for(rich, branch=branch, now=NOON).spendable == 700
