"""Which rules give what for a purchase, and what is said where they give nothing."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from accounts.models import Provider
from loyalty.domain.earning import Facts, Quote, quote, why_not
from loyalty.domain.purchases import listed_rules
from loyalty.enums import RuleKind
from loyalty.models import Branch, EarningRule, LedgerEntry, Level, Programme, Purchase

# A Sunday.
FACTS = Facts(
    amount=Decimal(1280),
    at=datetime(2026, 11, 22, 12, tzinfo=ZoneInfo("Asia/Bangkok")),
    by_category={"3": Decimal(1000), "4": Decimal(250), "": Decimal(30)},
)
Make = Callable[..., EarningRule]


@pytest.fixture
def spend(db: None) -> Make:
    def make(per: int | str = 100, points: int = 1, **fields: Any) -> EarningRule:
        fields.setdefault("name", "Spend")
        return EarningRule.objects.create(
            kind=RuleKind.SPENDING, per_amount=Decimal(per), points=points, **fields
        )

    return make


@pytest.fixture
def times(db: None) -> Make:
    def make(multiplier: str, **fields: Any) -> EarningRule:
        fields.setdefault("name", f"Times {multiplier}")
        return EarningRule.objects.create(kind=RuleKind.MULTIPLIER, multiplier=Decimal(multiplier), **fields)

    return make


def quoted(facts: Facts = FACTS, **changes: Any) -> Quote:
    return quote(replace(facts, **changes), listed_rules())


def said(found: Quote) -> list[tuple[str, int, str]]:
    return [(step.name, step.points, step.why) for step in found.steps]


# --- arithmetic -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "rounding", "points"),
    [
        ("1280", "down", 12),
        ("1280", "nearest", 13),
        ("1280", "up", 13),
        ("1249.99", "nearest", 12),
        ("1250", "nearest", 13),
        ("1200", "up", 12),
        ("1200.01", "up", 13),
        ("99.99", "down", 0),
        ("49.99", "nearest", 0),
        ("0.01", "up", 1),
        ("0", "up", 0),
    ],
)
def test_rounding_is_as_the_rule_says(amount: str, rounding: str, points: int, spend: Make) -> None:
    spend(100, rounding=rounding)

    assert quoted(amount=Decimal(amount)).points == points


@pytest.mark.parametrize(
    ("per", "each", "amount", "points"),
    [("20", 1, "19", 0), ("20", 1, "20", 1), ("25", 3, "100", 12), ("0.30", 1, "0.90", 3), ("3", 2, "10", 6)],
)
def test_points_for_each_amount(per: str, each: int, amount: str, points: int, spend: Make) -> None:
    spend(per, each)

    assert quoted(amount=Decimal(amount)).points == points


def test_a_step_shows_its_arithmetic_and_is_kept_without_what_is_empty(spend: Make) -> None:
    rule = spend(100, 2, rounding="up")

    found = quoted()

    assert found.kept() == [
        {
            "kind": "spending",
            "name": "Spend",
            "rule": rule.pk,
            "points": 26,
            "amount": "1280",
            "per": "100.00",
            "each": 2,
            "rounding": "up",
        }
    ]


def test_too_little_is_said_and_not_kept(spend: Make) -> None:
    spend(5000)

    found = quoted()

    assert (said(found), found.points, found.kept()) == ([("Spend", 0, "too_little")], 0, [])


# --- conditions -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({}, ""),
        ({"is_active": False}, "inactive"),
        ({"starts_on": date(2026, 11, 22), "ends_on": date(2026, 11, 22)}, ""),
        ({"starts_on": date(2026, 11, 23)}, "dates"),
        ({"ends_on": date(2026, 11, 21)}, "dates"),
        ({"weekdays": [5, 6]}, ""),
        ({"weekdays": [0, 1]}, "weekday"),
        ({"from_time": time(12), "until_time": time(13)}, ""),
        ({"from_time": time(11), "until_time": time(12)}, "hours"),
        ({"from_time": time(12, 0, 1)}, "hours"),
        ({"until_time": time(12)}, "hours"),
        ({"until_time": time(12, 0, 1)}, ""),
        ({"in_birthday_month": True}, "birthday"),
        ({"minimum": Decimal("1280")}, ""),
        ({"minimum": Decimal("1280.01")}, "minimum"),
        ({"categories": ["3"]}, ""),
        ({"categories": ["9"]}, "category"),
    ],
)
def test_every_condition_has_its_reason(fields: dict[str, Any], code: str, spend: Make) -> None:
    rule = spend(**fields)

    assert why_not(rule, FACTS) == code


@pytest.mark.parametrize(
    ("clock", "fits"),
    [("21:59", False), ("22:00", True), ("23:59", True), ("00:00", True), ("01:59", True), ("02:00", False)],
)
def test_hours_may_pass_midnight(clock: str, fits: bool, spend: Make) -> None:
    rule = spend(from_time=time(22), until_time=time(2))
    moment = datetime.combine(FACTS.at.date(), time.fromisoformat(clock), FACTS.at.tzinfo)

    assert (why_not(rule, replace(FACTS, at=moment)) == "") == fits


def test_hours_that_end_where_they_begin_are_the_whole_day(spend: Make) -> None:
    rule = spend(from_time=time(8), until_time=time(8))

    assert why_not(rule, FACTS) == ""


@pytest.mark.parametrize(
    ("birthday", "fits"), [(date(1990, 11, 1), True), (date(1990, 10, 22), False), (None, False)]
)
def test_the_month_of_a_birthday(birthday: date | None, fits: bool, spend: Make) -> None:
    rule = spend(in_birthday_month=True)

    assert (why_not(rule, replace(FACTS, birthday=birthday)) == "") == fits


def test_providers_branches_and_levels(
    spend: Make, shop: Provider, branch: Branch, levels: list[Level]
) -> None:
    rule = spend()
    for field, one, name in (
        (rule.providers, shop, "provider"),
        (rule.branches, branch, "branch"),
        (rule.levels, levels[1], "level"),
    ):
        field.set([one])
        fitting = {"level": one} if name == "level" else {f"{name}_id": one.pk}
        assert why_not(rule, FACTS) == name
        assert why_not(rule, replace(FACTS, **fitting)) == ""
        field.clear()


def test_only_the_share_of_the_categories_counts(spend: Make) -> None:
    spend(100, categories=["3", "4"], name="Two")
    spend(10, categories=["4"], name="One")

    assert said(quoted()) == [("Two", 12, ""), ("One", 25, "")]


def test_a_minimum_is_of_the_whole_purchase(spend: Make) -> None:
    spend(100, categories=["4"], minimum=Decimal(1000))

    assert quoted().points == 2


# --- several rules ----------------------------------------------------------------------------------------


def test_rules_add_up_in_their_order_until_one_is_the_last(spend: Make) -> None:
    spend(100, name="Third", position=3)
    spend(1000, name="First", position=1)
    spend(500, name="Second", position=2, is_last=True)

    found = quoted()

    assert said(found) == [("First", 1, ""), ("Second", 2, ""), ("Third", 0, "after_last")]
    assert found.points == 3


def test_a_last_rule_that_gives_nothing_stops_nothing(spend: Make) -> None:
    spend(5000, name="Much", position=1, is_last=True)
    spend(100, name="Much more", position=2, is_last=True, minimum=Decimal(9999))
    spend(100, name="Any", position=3)

    assert said(quoted()) == [("Much", 0, "too_little"), ("Much more", 0, "minimum"), ("Any", 12, "")]


def test_the_greatest_multiplier_counts_wherever_it_stands(spend: Make, times: Make) -> None:
    spend(100)
    times("2", position=1)
    times("3", position=2)
    times("5", position=3, weekdays=[0])

    found = quoted()

    assert said(found) == [
        ("Spend", 12, ""),
        ("Times 2", 0, "greater_one"),
        ("Times 3", 24, ""),
        ("Times 5", 0, "weekday"),
    ]
    assert found.points == 36


def test_a_multiplier_for_some_categories_multiplies_their_points_alone(spend: Make, times: Make) -> None:
    spend(100, name="All")
    spend(10, name="Food", categories=["4"])
    times("2", name="Food twice", categories=["4"], position=1)

    found = quoted(amount=Decimal(1300), by_category={"3": Decimal(1100), "4": Decimal(200)})

    # Of food are 2 of the 13 points for all, and the 20 for food.
    assert said(found) == [("All", 13, ""), ("Food", 20, ""), ("Food twice", 22, "")]
    assert [step.amount for step in found.steps] == ["1300", "200", "200"]


def test_a_share_of_points_that_is_not_whole_is_rounded_down_at_the_end(
    spend: Make, times: Make, levels: list[Level]
) -> None:
    spend(100)
    times("2", categories=["4"])
    parts = {"3": Decimal(200), "4": Decimal(100)}

    # 4 points for 300 are 4/3 for 100: 5⅓, and at Gold 8.
    found = quoted(amount=Decimal(300), by_category=parts, level=levels[1])
    EarningRule.objects.filter(kind=RuleKind.SPENDING).update(points=4, per_amount=Decimal(300))
    thirds = quoted(amount=Decimal(300), by_category=parts, level=levels[1])

    assert [step.points for step in found.steps] == [3, 1, 2]
    assert [step.points for step in thirds.steps] == [4, 1, 3]


def test_of_multipliers_the_one_that_gives_most_counts(spend: Make, times: Make) -> None:
    spend(10)
    times("5", categories=["4"], position=1)
    times("1.5", position=2)

    little = quoted(amount=Decimal(1000), by_category={"3": Decimal(900), "4": Decimal(100)})
    much = quoted(amount=Decimal(1000), by_category={"3": Decimal(700), "4": Decimal(300)})

    assert said(little)[1:] == [("Times 5", 0, "greater_one"), ("Times 1.5", 50, "")]
    assert said(much)[1:] == [("Times 5", 120, ""), ("Times 1.5", 0, "greater_one")]


def test_a_multiplier_finds_nothing_where_points_are_for_other_categories(spend: Make, times: Make) -> None:
    spend(100, categories=["3"])
    times("2", categories=["4"])

    assert (quoted().points, said(quoted())) == (10, [("Spend", 10, ""), ("Times 2", 0, "")])


def test_a_last_multiplier_leaves_out_greater_ones_below_but_no_spending(spend: Make, times: Make) -> None:
    times("1.5", position=0, is_last=True)
    spend(100, position=1)
    times("3", position=2)

    assert said(quoted()) == [("Spend", 12, ""), ("Times 1.5", 6, ""), ("Times 3", 0, "after_last")]


def test_the_level_multiplies_what_the_rule_has_multiplied_and_whole_points_come_last(
    spend: Make, times: Make, levels: list[Level]
) -> None:
    spend(100)
    times("1.25")

    found = quoted(amount=Decimal(1300), level=levels[1])

    # 13 × 1.25 = 16.25; × 1.5 = 24.375
    assert said(found) == [("Spend", 13, ""), ("Times 1.25", 3, ""), ("Gold", 8, "")]
    assert found.points == 24


def test_a_level_that_does_not_multiply_is_no_step(spend: Make, levels: list[Level]) -> None:
    spend(100)

    assert said(quoted(level=levels[0])) == [("Spend", 12, "")]


def test_the_first_purchase_gets_its_bonus_once_and_unmultiplied(
    spend: Make, times: Make, levels: list[Level]
) -> None:
    spend(100)
    times("2")
    EarningRule.objects.create(name="Welcome", kind=RuleKind.FIRST_PURCHASE, points=50)

    first, next_one = quoted(is_first=True), quoted()

    assert (first.points, first.steps[-1].points) == (74, 50)
    assert (next_one.points, said(next_one)[-1]) == (24, ("Welcome", 0, "not_first"))


def test_what_is_switched_off_is_not_even_listed(spend: Make) -> None:
    spend(100, is_active=False)

    assert quoted() == Quote(0, [])


# --- the purchase behind it -------------------------------------------------------------------------------


def test_a_purchase_gives_by_the_store_s_clock_and_its_reasons_are_kept(
    programme: Programme, spend: Make, buy: Callable[..., Purchase]
) -> None:
    spend(100, name="Night", from_time=time(0), until_time=time(1))
    spend(100, name="Evening", from_time=time(17), until_time=time(18))

    buy(500, at=datetime(2026, 11, 22, 17, 30, tzinfo=ZoneInfo("UTC")))  # 00:30 in Bangkok

    steps = LedgerEntry.objects.get().steps
    assert [(step["name"], step["points"]) for step in steps] == [("Night", 5)]


def test_the_second_purchase_is_no_first_one(programme: Programme, buy: Callable[..., Purchase]) -> None:
    EarningRule.objects.create(name="Welcome", kind=RuleKind.FIRST_PURCHASE, points=50)

    buy(10)
    buy(10)

    assert [entry.points for entry in LedgerEntry.objects.all()] == [50]
