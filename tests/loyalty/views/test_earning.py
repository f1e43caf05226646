"""3.1 Point Earning Setup."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from accounts.models import User
from loyalty.domain import refund
from loyalty.domain.earning import Step
from loyalty.enums import Right, Role, RuleKind
from loyalty.models import EarningRule, LedgerEntry, Level, Member, Programme, Purchase, RoleRights
from loyalty.queries.steps import step_sentence

SPENDING = {
    "name": "หนึ่งแต้มทุกร้อยบาท",
    "kind": "spending",
    "per_amount": "๑๐๐",
    "points": "1",
    "rounding": "down",
    "is_active": "on",
}


def test_a_rule_is_made_and_stands_at_the_end(admin_client: Client, rule: EarningRule) -> None:
    answer = admin_client.post("/admin/earning/add/", SPENDING)

    made = EarningRule.objects.exclude(pk=rule.pk).get()
    assert answer.headers["Location"] == "/admin/earning/"
    assert (made.name, made.per_amount, made.points, made.position) == (
        "หนึ่งแต้มทุกร้อยบาท",
        Decimal(100),
        1,
        1,
    )


def test_what_a_kind_needs_is_asked_for_and_nothing_typed_is_lost(
    admin_client: Client, programme: Programme
) -> None:
    answer = admin_client.post("/admin/earning/add/", SPENDING | {"per_amount": "", "points": "0"})

    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"per_amount", "points"}
    assert "หนึ่งแต้มทุกร้อยบาท" in answer.content.decode()
    assert not EarningRule.objects.exists()


def test_one_form_says_of_every_empty_field_the_same(admin_client: Client, programme: Programme) -> None:
    User.objects.filter(username="chief").update(language="th")

    answer = admin_client.post("/admin/earning/add/", SPENDING | {"name": "", "per_amount": ""})

    assert answer.context["form"].errors == {
        "name": ["กรุณากรอกช่องนี้"],
        "per_amount": ["กรุณากรอกช่องนี้"],
    }


def test_the_kind_of_a_rule_stays(admin_client: Client, rule: EarningRule) -> None:
    admin_client.post(f"/admin/earning/{rule.pk}/", SPENDING | {"kind": "signup", "points": "5"})

    rule.refresh_from_db()
    assert (rule.kind, rule.points) == (RuleKind.SPENDING, 5)


def test_rules_move_up_and_down(admin_client: Client, rule: EarningRule) -> None:
    admin_client.post("/admin/earning/add/", SPENDING)
    second = EarningRule.objects.exclude(pk=rule.pk).get()

    admin_client.post(f"/admin/earning/{second.pk}/move/", {"to": "up"})
    admin_client.post(f"/admin/earning/{second.pk}/move/", {"to": "up"})

    assert list(EarningRule.objects.values_list("pk", flat=True)) == [second.pk, rule.pk]


def test_trying_an_amount_explains_every_rule_and_stores_nothing(
    admin_client: Client, rule: EarningRule, member: Member, levels: list[Level]
) -> None:
    EarningRule.objects.create(
        name="Big", kind=RuleKind.MULTIPLIER, multiplier=Decimal(2), minimum=Decimal(5000), position=1
    )

    answer = admin_client.get("/admin/earning/", {"amount": "1,280", "member": "0812345678"})

    assert answer.context["quote"].points == 12
    assert [(step.name, step.points, step.why) for step, _sentence in answer.context["steps"]] == [
        ("Spend", 12, ""),
        ("Big", 0, "minimum"),
    ]
    assert [sentence for _step, sentence in answer.context["steps"]] == [
        "฿1,280 at 1 point for each ฿100, down to whole points.",
        "The amount is below the minimum spend.",
    ]
    assert not LedgerEntry.objects.exists()


def test_trying_says_nothing_is_given_while_the_programme_stands_still(
    admin_client: Client, rule: EarningRule
) -> None:
    Programme.objects.update(is_running=False)

    answer = admin_client.get("/admin/earning/", {"amount": "1280"})

    assert (answer.context["quote"].points, answer.context["steps"]) == (0, [])
    assert "Points are not given now: they are switched off under Account Setup." in answer.content.decode()


def test_trying_takes_the_first_purchase_as_awarding_does(
    admin_client: Client, rule: EarningRule, member: Member, buy: Callable[..., Purchase]
) -> None:
    """What went back as a whole was none, and what waits for its points is the one before no other."""
    EarningRule.objects.create(name="Welcome", kind=RuleKind.FIRST_PURCHASE, points=50)
    tried = {"amount": "1280", "member": "0812345678"}
    refund(buy(100), amount=Decimal(100), reference="r", by=None)

    before = admin_client.get("/admin/earning/", tried).context["quote"].points
    given = LedgerEntry.objects.get(purchase=buy(1280)).points
    after = admin_client.get("/admin/earning/", tried).context["quote"].points

    assert (before, given, after) == (62, 62, 12)


def test_the_level_that_is_tried_is_that_of_the_day(
    admin_client: Client, rule: EarningRule, levels: list[Level], member: Member
) -> None:
    Member.objects.update(hand_level=levels[2], hand_level_until=date(2030, 12, 31))

    tried = [
        admin_client.get("/admin/earning/", {"amount": "1000", "member": "0812345678", "at": at})
        for at in ("2030-12-31T12:00", "2031-01-01T12:00")
    ]

    assert [answer.context["quote"].points for answer in tried] == [20, 10]


def test_a_member_id_that_others_contain_is_the_member(
    admin_client: Client, rule: EarningRule, member: Member, make_member: Callable[..., Member]
) -> None:
    make_member(name=f"Friend of {member.number}")

    answer = admin_client.get("/admin/earning/", {"amount": "100", "member": member.number})

    assert answer.context["tried_member"] == member


def test_what_a_multiplier_of_some_categories_did_is_said(admin_client: Client, rule: EarningRule) -> None:
    step = Step("multiplier", "Food", points=2, amount="200", times="2").as_json()

    assert step_sentence(step) == "The points for ฿200 of it count 2 times."
    assert "A multiplier for some categories multiplies only the points for these." in (
        admin_client.get("/admin/earning/").content.decode()
    )


def test_an_unknown_member_is_told(admin_client: Client, rule: EarningRule) -> None:
    answer = admin_client.get("/admin/earning/", {"amount": "100", "member": "nobody"})

    assert answer.context["try_form"].errors == {"member": ["No customer data found."]}
    assert "quote" not in answer.context


@pytest.mark.parametrize("typed", ["0812345678", "Somsri", "people.example"])
def test_without_member_detail_nothing_but_a_member_id_tells_that_there_is_a_member(
    typed: str,
    make_backoffice: Callable[..., User],
    client_of: Callable[[User], Client],
    rule: EarningRule,
    member: Member,
    make_member: Callable[..., Member],
) -> None:
    make_member(name="Somsri Too", email="too@people.example")
    client = client_of(make_backoffice("oper", Role.OPERATOR))
    RoleRights.objects.create(role=Role.OPERATOR, rights=[Right.POINT_EARNING])

    answer = client.get("/admin/earning/", {"amount": "100", "member": typed})
    by_number = client.get("/admin/earning/", {"amount": "100", "member": f" {member.number} "})

    assert answer.context["try_form"].errors == {"member": ["No customer data found."]}
    assert "Phone or Member ID" not in answer.text
    assert by_number.context["tried_member"] == member
    assert f'<bdi dir="ltr">{member.number}</bdi>' in by_number.text
    assert "Somsri" not in by_number.text


def test_staff_of_the_counter_do_not_find_it(
    make_backoffice: Callable[..., User], client_of: Callable[[User], Client], rule: EarningRule
) -> None:
    client = client_of(make_backoffice("till", Role.STAFF))

    assert client.get("/admin/earning/").status_code == 404
    assert client.post("/admin/earning/add/", SPENDING).status_code == 404
    assert EarningRule.objects.count() == 1


def test_the_list_costs_the_same_queries_with_more_rules(
    admin_client: Client, rule: EarningRule, django_assert_num_queries: Callable[[int], object]
) -> None:
    admin_client.get("/admin/earning/")
    for more in (0, 2):
        for number in range(more):
            EarningRule.objects.create(
                name=f"r{number}", kind=RuleKind.SIGN_UP, points=5, position=number + 1
            )
        with django_assert_num_queries(11):  # type: ignore[attr-defined]
            admin_client.get("/admin/earning/")
