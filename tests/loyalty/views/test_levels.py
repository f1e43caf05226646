"""4.2 Member Level."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from loyalty.domain import figures
from loyalty.models import EarningRule, Level, Member, Package, Programme, Purchase
from tests.support.queue import forget_waiting, work_off

GOLD = {"name": "Gold", "threshold": "1000", "multiplier": "1.5", "benefits": "", "colour": "#D4A017"}


def test_the_first_level_starts_at_nothing(admin_client: Client, programme: Programme) -> None:
    admin_client.post("/admin/levels/add/", GOLD | {"name": "Silver", "threshold": "0", "multiplier": "1"})

    assert list(Level.objects.values_list("name", "threshold")) == [("Silver", 0)]


def test_the_currency_is_called_by_the_readers_word(admin_client: Client, programme: Programme) -> None:
    User.objects.filter(username="chief").update(language="th")

    level = admin_client.get("/admin/levels/add/").content.decode()
    programme_page = admin_client.get("/admin/setup/programme/").content.decode()

    assert "ยอดใช้จ่าย หน่วยเป็นบาท" in level
    assert "หน่วยเป็นบาท หน้า Dashboard" in programme_page


def test_two_levels_cannot_be_reached_at_the_same(admin_client: Client, levels: list[Level]) -> None:
    answer = admin_client.post("/admin/levels/add/", GOLD | {"name": "Goldie"})

    assert answer.status_code == 422
    assert answer.context["form"].errors == {
        "threshold": ["“Gold” is reached at that already. Choose another amount."]
    }
    assert Level.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_a_lower_threshold_lifts_members_once_the_worker_has_been_there(
    admin_client: Client,
    levels: list[Level],
    rule: EarningRule,
    member: Member,
    buy: Callable[..., Purchase],
) -> None:
    buy(600)
    forget_waiting()
    member.refresh_from_db()
    before = member.level

    admin_client.post(f"/admin/levels/{levels[1].pk}/", GOLD | {"threshold": "500"})
    done = work_off("loyalty.refresh_levels")

    member.refresh_from_db()
    assert (before, done, member.level) == (levels[0], ["loyalty.refresh_levels"], levels[1])


def test_a_level_that_somebody_has_stays(
    admin_client: Client, levels: list[Level], rule: EarningRule, buy: Callable[..., Purchase]
) -> None:
    buy(100)

    admin_client.post(f"/admin/levels/{levels[0].pk}/remove/")
    admin_client.post(f"/admin/levels/{levels[2].pk}/remove/")

    assert list(Level.objects.values_list("name", flat=True)) == ["Silver", "Gold"]


@pytest.mark.parametrize(
    ("fall", "months", "kept"), [("falls", "", 0), ("kept", "6", 6), ("never", "", None)]
)
def test_how_levels_fall_is_chosen(
    admin_client: Client, programme: Programme, fall: str, months: str, kept: int | None
) -> None:
    admin_client.post(
        "/admin/levels/settings/",
        {"level_criterion": "points", "level_window": "12", "fall": fall, "months": months},
    )

    programme.refresh_from_db()
    assert (programme.level_criterion, programme.level_window, programme.level_keep_months) == (
        "points",
        12,
        kept,
    )


def test_the_page_counts_members_of_each_level(
    admin_client: Client, levels: list[Level], rule: EarningRule, buy: Callable[..., Purchase]
) -> None:
    buy(1500)

    page = admin_client.get("/admin/levels/")

    assert [(row["level"].name, row["members"], row["share"]) for row in page.context["rows"]] == [
        ("Platinum", 0, 0),
        ("Gold", 1, 100),
        ("Silver", 0, 0),
    ]


def test_a_level_that_a_package_or_a_rule_is_for_stays(
    admin_client: Client, levels: list[Level], rule: EarningRule
) -> None:
    package = Package.objects.create(name="Gold box", points=10)
    package.levels.set([levels[1]])
    rule.levels.set([levels[2]])

    admin_client.post(f"/admin/levels/{levels[1].pk}/remove/")
    admin_client.post(f"/admin/levels/{levels[2].pk}/remove/")

    assert Level.objects.count() == 3


def test_with_very_many_members_the_page_shows_what_was_counted_ahead(
    admin_client: Client, levels: list[Level], member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    figures.count_figures(now=timezone.now())
    Member.objects.update(level=levels[1])  # since then

    few = admin_client.get("/admin/levels/")
    monkeypatch.setattr(figures, "SMALL", 0)
    many = admin_client.get("/admin/levels/")

    assert [row["members"] for row in few.context["rows"]] == [0, 1, 0]
    assert [row["members"] for row in many.context["rows"]] != [0, 1, 0]
    assert few.context["as_of"] is None
    assert b"As of " in many.content
