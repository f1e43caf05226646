"""The counter: branch, points, rewards, coupons, undo."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from loyalty import domain
from loyalty.domain import refund
from loyalty.domain.counter import take_in_coupon
from loyalty.enums import CodeSource, Place, RewardKind, Role, RuleKind
from loyalty.models import (
    BackofficeAccount,
    Branch,
    CouponUse,
    EarningRule,
    LedgerEntry,
    Member,
    Purchase,
    Redemption,
    Reward,
)
from loyalty.queries.points import open_coupons_with
from marketplace.common.errors import DomainError
from tests.support.pictures import a_picture
from tests.support.qr import a_photo_of

QUERIES = 11
TOKEN = UUID("0f4a4a0e-6f0f-4b1e-9d53-3b1f0c8f7a11")


@pytest.fixture
def staff(make_backoffice: Callable[..., User], branch: Branch) -> User:
    """Bound to the branch."""
    return make_backoffice("malee", Role.STAFF, branch)


@pytest.fixture
def counter(staff: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(staff)


@pytest.fixture
def reward(db: None) -> Reward:
    """50 points for 50 off."""
    return Reward.objects.create(
        name="50 off",
        kind=RewardKind.COUPON,
        points=50,
        discount=Decimal(50),
        code_source=CodeSource.GENERATED,
    )


def _give(client: Client, member: Member, amount: str = "1280", token: UUID = TOKEN) -> Any:
    return client.post(
        reverse("loyalty:counter_give", args=[member.pk, token]) + f"?amount={amount}", follow=True
    )


def _confirm(client: Client, member: Member, reward: Reward, token: UUID = TOKEN) -> Any:
    address = reverse("loyalty:counter_confirm", args=[member.pk, "reward", reward.pk, token])
    return client.post(address, follow=True)


def test_who_may_choose_is_asked_for_the_branch_once(
    make_backoffice: Callable[..., User], client_of: Callable[[User], Client], branch: Branch
) -> None:
    ari = Branch.objects.create(name="Ari", code="ARI")
    client = client_of(make_backoffice("chief", Role.OPERATOR))

    before = client.get("/counter/points/")
    client.post(reverse("loyalty:choose_branch", args=[ari.pk]))
    after = client.get("/counter/points/")

    assert before["Location"] == "/counter/branch/"
    assert after.context["branch"] == ari


def test_staff_of_a_branch_cannot_choose_another(counter: Client, branch: Branch) -> None:
    ari = Branch.objects.create(name="Ari", code="ARI")

    response = counter.post(reverse("loyalty:choose_branch", args=[ari.pk]))

    assert response.status_code == 404
    assert counter.get("/counter/").context["branch"] == branch


def test_who_is_bound_to_a_branch_gives_and_redeems_there_whatever_was_chosen_before(
    counter: Client, staff: User, branch: Branch, member: Member, rule: EarningRule
) -> None:
    ari = Branch.objects.create(name="Ari", code="ARI")
    BackofficeAccount.objects.filter(user=staff).update(branch=None)
    counter.post(reverse("loyalty:choose_branch", args=[ari.pk]))
    assert counter.get("/counter/").context["branch"] == ari
    gift = Reward.objects.create(name="Free tea", kind=RewardKind.GIFT, points=0)

    BackofficeAccount.objects.filter(user=staff).update(branch=branch)
    _give(counter, member)
    counter.post(reverse("loyalty:counter_confirm", args=[member.pk, "reward", gift.pk, TOKEN]))

    assert [one.branch for one in (*Purchase.objects.all(), *Redemption.objects.all())] == [branch, branch]


def test_staff_of_a_closed_branch_are_told(counter: Client, branch: Branch) -> None:
    branch.is_active = False
    branch.save()

    response = counter.get("/counter/", follow=True)

    assert response.redirect_chain == [("/counter/branch/", 302)]
    assert "Your branch is closed" in response.content.decode()


def test_staff_land_at_the_counter(counter: Client) -> None:
    response = counter.get("/dashboard/")

    assert response["Location"] == "/counter/"


@pytest.mark.parametrize("typed", ["081-234-5678", "๐๘๑๒๓๔๕๖๗๘", "+66812345678"])
def test_an_amount_and_a_phone_lead_to_the_confirmation(
    counter: Client, member: Member, rule: EarningRule, typed: str
) -> None:
    response = counter.post("/counter/points/", {"amount": "๑,๒๘๐.๕๐", "phone": typed}, follow=True)

    address, status = response.redirect_chain[0]
    assert status == 302
    assert address.startswith(f"/counter/points/{member.pk}/")
    assert address.endswith("?amount=1280.50")
    assert response.context["points"] == 12
    assert [points for _name, _sentence, points in response.context["steps"]] == [12]
    assert LedgerEntry.objects.count() == 0


def test_a_member_id_finds_the_member_too(counter: Client, member: Member) -> None:
    response = counter.post("/counter/points/", {"amount": "10", "phone": member.number})

    assert response["Location"].startswith(f"/counter/points/{member.pk}/")


def test_a_photo_of_the_card_finds_the_member(counter: Client, member: Member) -> None:
    photo = a_photo_of(f"https://talad.example/counter/card/{member.qr_token}/")
    data = {"amount": "10", "picture": SimpleUploadedFile("card.png", photo, "image/png")}

    response = counter.post("/counter/points/", data)

    assert response["Location"].startswith(f"/counter/points/{member.pk}/")


def test_what_the_camera_read_finds_the_member(counter: Client, member: Member) -> None:
    response = counter.post("/counter/points/", {"amount": "10", "card": member.qr_token})

    assert response["Location"].startswith(f"/counter/points/{member.pk}/")


def test_a_photo_without_a_code_is_refused_and_the_amount_stays(counter: Client, member: Member) -> None:
    data = {"amount": "77", "picture": SimpleUploadedFile("wall.png", a_picture(), "image/png")}

    response = counter.post("/counter/points/", data)

    assert response.status_code == 422
    assert response.context["form"].errors["picture"].as_data()[0].code == "no_code"
    assert 'value="77"' in response.content.decode()


def test_a_scanned_member_is_kept_while_the_amount_is_wrong(counter: Client, member: Member) -> None:
    response = counter.post("/counter/points/", {"amount": "", "card": member.qr_token})

    assert response.status_code == 422
    assert response.context["found"] == member
    assert f'name="card" value="{member.qr_token}"' in response.content.decode()


def test_an_unknown_phone_becomes_a_member_at_the_counter(
    counter: Client, rule: EarningRule, ledger_of: Callable[[Member], list[tuple[str, int]]]
) -> None:
    unknown = counter.post("/counter/points/", {"amount": "300", "phone": "0899999999"})
    data = {"amount": "300", "phone": "+66899999999", "name": "มานี"}
    made = counter.post("/counter/points/new-member/", data)
    again = counter.post("/counter/points/new-member/", data)

    member = Member.objects.get(phone="+66899999999")
    assert unknown.status_code == 422
    assert "No customer data found." in unknown.content.decode()
    assert unknown.context["new_form"].initial == {"phone": "+66899999999", "amount": Decimal(300)}
    assert (member.name, ledger_of(member)) == ("มานี", [])
    assert made["Location"].startswith(f"/counter/points/{member.pk}/")
    assert again["Location"].startswith(f"/counter/points/{member.pk}/")


def test_confirming_gives_once_however_often_it_is_sent(
    counter: Client,
    staff: User,
    branch: Branch,
    member: Member,
    rule: EarningRule,
    ledger_of: Callable[[Member], list[tuple[str, int]]],
) -> None:
    first = _give(counter, member)
    second = _give(counter, member)
    back = counter.get(reverse("loyalty:counter_give", args=[member.pk, TOKEN]) + "?amount=9999")

    purchase = Purchase.objects.get()
    member.refresh_from_db()
    done = f"/counter/points/done/{purchase.pk}/"
    assert ledger_of(member) == [("purchase", 12)]
    assert (purchase.by, purchase.branch, purchase.place, member.balance) == (staff, branch, "counter", 12)
    assert [first.redirect_chain, second.redirect_chain, back["Location"]] == [
        [(done, 302)],
        [(done, 302)],
        done,
    ]
    assert (first.context["given"], first.context["member"].balance) == (12, 12)
    assert "Points given" in first.content.decode()


def test_the_page_says_what_paid_off_a_debt(
    counter: Client, member: Member, rule: EarningRule, reward: Reward, buy: Callable[..., Purchase]
) -> None:
    purchase = buy(5000)
    domain.redeem(member, reward, place=Place.ONLINE, form_token=UUID(int=7))
    refund(purchase, amount=Decimal(1000), reference="r", by=None)

    page = _give(counter, member)

    assert (page.context["given"], page.context["paid_off"], page.context["member"].balance) == (12, 10, 2)
    assert "10 of them paid off points that were owed from a refund." in page.content.decode()


def test_a_press_that_carries_a_nul_is_one_more_press(
    counter: Client, member: Member, rule: EarningRule, reward: Reward, buy: Callable[..., Purchase]
) -> None:
    buy(10000)
    redemption = domain.redeem(member, reward, place=Place.ONLINE, form_token=TOKEN)
    address = counter.post("/counter/coupons/", {"code": redemption.code})["Location"]

    assert counter.post(address, {"form_token": "a\0b"}).status_code == 302


def test_below_the_minimum_the_page_says_from_where_points_begin(
    counter: Client, member: Member, rule: EarningRule
) -> None:
    EarningRule.objects.update(minimum=Decimal(500))

    response = counter.get(reverse("loyalty:counter_give", args=[member.pk, TOKEN]) + "?amount=300")

    assert (response.context["points"], response.context["minimum"]) == (0, Decimal(500))
    assert "No points for this amount: they begin at ฿500." in response.content.decode()


def test_undo_takes_the_points_back_once(
    counter: Client,
    member: Member,
    rule: EarningRule,
    ledger_of: Callable[[Member], list[tuple[str, int]]],
) -> None:
    _give(counter, member)
    purchase = Purchase.objects.get()

    for _press in range(2):
        counter.post(reverse("loyalty:undo_counter_purchase", args=[purchase.pk]))

    member.refresh_from_db()
    purchase.refresh_from_db()
    page = counter.get("/counter/")
    assert ledger_of(member) == [("purchase", 12), ("refund", -12)]
    assert (member.balance, purchase.refunded) == (0, Decimal(1280))
    assert [(action.points, action.is_undone, may) for action, may in page.context["actions"]] == [
        (12, True, False)
    ]


def test_after_fifteen_minutes_nothing_is_undone(
    counter: Client,
    member: Member,
    rule: EarningRule,
    reward: Reward,
    ledger_of: Callable[[Member], list[tuple[str, int]]],
) -> None:
    _give(counter, member, "10000")
    _confirm(counter, member, reward)
    late = timezone.now() - timedelta(minutes=15, seconds=1)
    Purchase.objects.update(at=late)
    Redemption.objects.update(created_at=late)
    purchase, redemption = Purchase.objects.get(), Redemption.objects.get()

    answers = [
        counter.post(reverse("loyalty:undo_counter_purchase", args=[purchase.pk]), follow=True),
        counter.post(reverse("loyalty:undo_counter_redemption", args=[redemption.pk]), follow=True),
    ]

    assert ["The time for undoing it here is over." in one.content.decode() for one in answers] == [
        True,
        True,
    ]
    assert ledger_of(member) == [("purchase", 100), ("redemption", -50)]


def test_what_a_colleague_gave_is_not_there_to_be_undone(
    counter: Client,
    member: Member,
    rule: EarningRule,
    branch: Branch,
    make_backoffice: Callable[..., User],
    client_of: Callable[[User], Client],
    ledger_of: Callable[[Member], list[tuple[str, int]]],
) -> None:
    _give(counter, member)
    colleague = client_of(make_backoffice("colleague", Role.STAFF, branch))

    response = colleague.post(reverse("loyalty:undo_counter_purchase", args=[Purchase.objects.get().pk]))

    assert response.status_code == 404
    assert colleague.get("/counter/").context["actions"] == []
    assert ledger_of(member) == [("purchase", 12)]


def test_rewards_are_listed_with_why_not(
    counter: Client, member: Member, rule: EarningRule, reward: Reward, buy: Callable[..., Purchase]
) -> None:
    ari = Branch.objects.create(name="Ari", code="ARI")
    elsewhere = Reward.objects.create(name="Only in Ari", kind=RewardKind.GIFT, points=10)
    elsewhere.branches.add(ari)
    Reward.objects.create(name="Dear", kind=RewardKind.GIFT, points=900)
    buy(10000)

    response = counter.post("/counter/rewards/", {"phone": "0812345678"}, follow=True)

    assert response.redirect_chain == [(f"/counter/rewards/{member.pk}/", 302)]
    assert [one.offer for one in response.context["ready"]] == [reward]
    assert [(one.offer.name, one.why_not) for one in response.context["others"]] == [
        ("Only in Ari", "branch"),
        ("Dear", "not_enough_points"),
    ]
    assert "800 points are missing." in response.content.decode()


def test_confirming_hands_out_once_and_shows_what_remains(
    counter: Client,
    staff: User,
    branch: Branch,
    member: Member,
    rule: EarningRule,
    reward: Reward,
    buy: Callable[..., Purchase],
    ledger_of: Callable[[Member], list[tuple[str, int]]],
) -> None:
    buy(10000)

    choosing = counter.get(reverse("loyalty:counter_choose", args=[member.pk, "reward", reward.pk]))
    first = _confirm(counter, member, reward)
    second = _confirm(counter, member, reward)

    redemption = Redemption.objects.get()
    assert choosing["Location"].startswith(f"/counter/rewards/{member.pk}/reward/{reward.pk}/")
    assert ledger_of(member) == [("purchase", 100), ("redemption", -50)]
    assert (redemption.by, redemption.branch, redemption.place) == (staff, branch, "counter")
    assert first.redirect_chain == second.redirect_chain == [(f"/counter/rewards/done/{redemption.pk}/", 302)]
    assert first.context["remaining"] == 50
    assert redemption.code in first.content.decode()


def test_too_few_points_hand_out_nothing(counter: Client, member: Member, reward: Reward) -> None:
    response = _confirm(counter, member, reward)

    assert response.status_code == 422
    assert "50 points are missing." in response.content.decode()
    assert (Redemption.objects.count(), LedgerEntry.objects.count()) == (0, 0)


def test_undoing_a_redemption_brings_the_points_back(
    counter: Client,
    member: Member,
    rule: EarningRule,
    reward: Reward,
    buy: Callable[..., Purchase],
    ledger_of: Callable[[Member], list[tuple[str, int]]],
) -> None:
    buy(10000)
    _confirm(counter, member, reward)

    counter.post(reverse("loyalty:undo_counter_redemption", args=[Redemption.objects.get().pk]))

    reward.refresh_from_db()
    assert ledger_of(member) == [("purchase", 100), ("redemption", -50), ("returned", 50)]
    assert (Redemption.objects.get().status, reward.taken) == ("cancelled", 0)


def test_a_coupon_is_taken_in_by_its_code_once(
    counter: Client, member: Member, rule: EarningRule, reward: Reward, buy: Callable[..., Purchase]
) -> None:
    buy(10000)
    _confirm(counter, member, reward)
    redemption = Redemption.objects.get()

    found = counter.post("/counter/coupons/", {"code": redemption.code.lower()})
    used = counter.post(found["Location"], {"form_token": "a"}, follow=True)
    again = counter.post(found["Location"], {"form_token": "a"})
    elsewhere = counter.post(found["Location"], {"form_token": "b"})

    redemption.refresh_from_db()
    assert (redemption.status, redemption.used_on) == ("used", f"counter:{redemption.pk}:a")
    assert redemption.used_amount == Decimal(50)
    assert used.context["may_use"] is False
    assert (again.status_code, elsewhere.status_code) == (302, 422)
    assert counter.get(f"/counter/coupons/{redemption.pk}/").status_code == 404


def test_a_coupon_that_lay_open_for_long_is_asked_for_again(
    counter: Client, member: Member, rule: EarningRule, reward: Reward, buy: Callable[..., Purchase]
) -> None:
    buy(10000)
    redemption = domain.redeem(member, reward, place=Place.ONLINE, form_token=TOKEN)
    address = counter.post("/counter/coupons/", {"code": redemption.code})["Location"]

    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=61)):
        page = counter.post(address, {"form_token": "a"}, follow=True)

    redemption.refresh_from_db()
    assert redemption.status == "open"
    assert page.redirect_chain == [("/counter/coupons/", 302)]
    assert "This coupon lay open for more than an hour." in page.content.decode()


def test_a_coupon_taken_in_stands_in_the_days_list_and_can_be_undone(
    staff: User,
    counter: Client,
    admin_client: Client,
    member: Member,
    branch: Branch,
    reward: Reward,
    rule: EarningRule,
    buy: Callable[..., Purchase],
) -> None:
    buy(10000)
    redemption = domain.redeem(member, reward, place=Place.ONLINE, form_token=TOKEN)
    found = counter.post("/counter/coupons/", {"code": redemption.code})
    page = counter.post(found["Location"], {"form_token": "a"}, follow=True)
    use = CouponUse.objects.get()

    listed = counter.get("/counter/")
    log = admin_client.get("/admin/activity-log/coupons/").content.decode()
    for _time in range(2):
        counter.post(reverse("loyalty:undo_counter_coupon", args=[use.pk]))
    after = counter.get("/counter/")

    redemption.refresh_from_db()
    use.refresh_from_db()
    assert (use.by, use.branch, use.redemption) == (staff, branch, redemption)
    assert page.context["use"] == use
    assert [(action.use, may) for action, may in listed.context["actions"]] == [(use, True)]
    assert redemption.code in log
    assert "Siam" in log
    assert (redemption.status, redemption.used_on, redemption.used_at) == ("open", "", None)
    assert [(action.is_undone, may) for action, may in after.context["actions"]] == [(True, False)]
    assert use.undone_at is not None


def test_a_coupon_taken_in_and_then_undone_with_its_redemption_is_told_as_undone(
    counter: Client,
    admin_client: Client,
    member: Member,
    reward: Reward,
    rule: EarningRule,
    buy: Callable[..., Purchase],
) -> None:
    """From the export the shops are paid what coupons took off."""
    buy(10000)
    _confirm(counter, member, reward)
    redemption = Redemption.objects.get()
    found = counter.post("/counter/coupons/", {"code": redemption.code})
    counter.post(found["Location"], {"form_token": str(TOKEN)})
    assert CouponUse.objects.get().undone_at is None

    counter.post(reverse("loyalty:undo_counter_redemption", args=[redemption.pk]))

    redemption.refresh_from_db()
    assert (redemption.status, redemption.used_at, redemption.used_on, redemption.used_amount) == (
        "cancelled",
        None,
        "",
        None,
    )
    assert CouponUse.objects.get().undone_at == redemption.cancelled_at
    file = admin_client.get(f"/admin/rewards/{reward.pk}/redemptions/?export=csv")
    assert b"".join(file.streaming_content).decode().rstrip().endswith(",,,,")


def test_a_coupon_is_not_given_back_late_nor_by_a_colleague_nor_once_more(
    counter: Client,
    staff: User,
    make_backoffice: Callable[..., User],
    client_of: Callable[[User], Client],
    member: Member,
    branch: Branch,
    reward: Reward,
    rule: EarningRule,
    buy: Callable[..., Purchase],
) -> None:
    buy(10000)
    redemption = domain.redeem(member, reward, place=Place.ONLINE, form_token=TOKEN)
    use = take_in_coupon(redemption, form_token="a", amount=None, by=staff, branch=branch)
    address = reverse("loyalty:undo_counter_coupon", args=[use.pk])
    colleague = client_of(make_backoffice("noi", Role.STAFF, branch))

    theirs = colleague.post(address)
    CouponUse.objects.update(at=timezone.now() - timedelta(minutes=16))
    counter.post(address)
    redemption.refresh_from_db()
    late = redemption.status
    CouponUse.objects.update(at=timezone.now(), undone_at=timezone.now())
    counter.post(address)

    redemption.refresh_from_db()
    assert (theirs.status_code, late, redemption.status) == (404, "used", "used")


def test_nobody_serves_themselves_at_the_counter(
    staff: User, counter: Client, member: Member, reward: Reward, rule: EarningRule
) -> None:
    own = domain.member_of(staff)
    Reward.objects.update(points=0)
    coupon = domain.redeem(own, reward, place=Place.ONLINE, form_token=UUID(int=5))

    given = _give(counter, own)
    redeemed = _confirm(counter, own, reward)
    linked = counter.post(reverse("loyalty:counter_link_phone", args=[own.pk]), {"phone": "0812345678"})
    with pytest.raises(DomainError) as refused:
        take_in_coupon(coupon, form_token="a", amount=None, by=staff, branch=None)

    own.refresh_from_db()
    assert [given.status_code, redeemed.status_code, linked.status_code] == [422, 422, 422]
    assert "This is your own account." in given.content.decode()
    assert refused.value.code == "own"
    assert (own.phone, Purchase.objects.count(), Redemption.objects.count()) == (None, 0, 1)
    assert not CouponUse.objects.exists()


def test_a_member_id_with_letters_finds_the_member(counter: Client, member: Member) -> None:
    Member.objects.filter(pk=member.pk).update(number="A-77")

    response = counter.post("/counter/points/", {"amount": "100", "phone": "a-77"})

    assert f"/counter/points/{member.pk}/" in response["Location"]


def test_looking_for_a_code_uses_its_index(member: Member, reward: Reward) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert "redemption_code_typed" in open_coupons_with("abc").explain()


def test_an_unknown_code_is_refused(counter: Client) -> None:
    response = counter.post("/counter/coupons/", {"code": "NOSUCHCODE"})

    assert response.status_code == 422
    assert "There is no coupon with this code." in response.content.decode()


def test_staff_put_a_phone_on_a_card_but_bring_nobody_elses_points(
    counter: Client, customer: User, member: Member, rule: EarningRule, buy: Callable[..., Purchase]
) -> None:
    mine = domain.member_of(customer)
    address = reverse("loyalty:counter_link_phone", args=[mine.pk])
    buy(1000)

    refused = counter.post(address, {"phone": "081 234 5678"})
    before = Member.objects.get(pk=mine.pk)
    free = counter.post(address, {"phone": "081 999 9999"})

    mine.refresh_from_db()
    member.refresh_from_db()
    assert (refused.status_code, before.phone, before.balance) == (422, None, 0)
    assert "Points were collected by this phone." in refused.content.decode()
    assert (member.balance, member.merged_into) == (10, None)
    assert (free.status_code, str(mine.phone)) == (302, "+66819999999")


def test_who_may_open_member_detail_puts_a_phone_on_a_card_with_what_was_collected_by_it(
    admin_client: Client, customer: User, member: Member, rule: EarningRule, buy: Callable[..., Purchase]
) -> None:
    buy(1000)
    mine = domain.member_of(customer)

    admin_client.post(reverse("loyalty:counter_link_phone", args=[mine.pk]), {"phone": "081 234 5678"})

    mine.refresh_from_db()
    member.refresh_from_db()
    assert (mine.balance, str(mine.phone), mine.user) == (10, "+66812345678", customer)
    assert (member.balance, member.merged_into) == (0, mine)


def test_a_phone_of_another_account_stays_where_it_is(
    counter: Client, customer: User, stranger: User, programme: Any
) -> None:
    theirs = domain.member_of(stranger, phone="+66812345678")
    mine = domain.member_of(customer)

    response = counter.post(reverse("loyalty:counter_link_phone", args=[mine.pk]), {"phone": "0812345678"})

    theirs.refresh_from_db()
    mine.refresh_from_db()
    assert response.status_code == 422
    assert (str(theirs.phone), mine.phone) == ("+66812345678", None)


def test_the_days_list_asks_as_much_for_three_as_for_one(
    counter: Client,
    member: Member,
    rule: EarningRule,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    counter.get("/counter/")
    _give(counter, member, "100", UUID(int=1))
    with django_assert_num_queries(QUERIES):
        counter.get("/counter/")
    _give(counter, member, "200", UUID(int=2))
    _give(counter, member, "300", UUID(int=3))

    with django_assert_num_queries(QUERIES):
        response = counter.get("/counter/")

    assert [action.points for action, _may in response.context["actions"]] == [3, 2, 1]


def test_the_first_purchase_bonus_is_explained(counter: Client, member: Member, rule: EarningRule) -> None:
    EarningRule.objects.create(name="Welcome", kind=RuleKind.FIRST_PURCHASE, points=20)

    response = counter.get(reverse("loyalty:counter_give", args=[member.pk, TOKEN]) + "?amount=100")

    assert response.context["points"] == 21
    assert [(name, points) for name, _sentence, points in response.context["steps"]] == [
        ("Spend", 1),
        ("Welcome", 20),
    ]


def test_the_camera_is_allowed_here(counter: Client) -> None:
    response = counter.get("/counter/points/")

    assert response.headers["Permissions-Policy"].startswith("camera=(self)")
