"""A member's own pages: joining, history, rewards, coupons, the card, the phone, invitations."""

import html
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import OperationalError, connection, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import Provider, User
from loyalty import domain
from loyalty.domain.phone_codes import _give_phone
from loyalty.domain.programme import store_day
from loyalty.enums import ReferralEvent, RewardKind
from loyalty.models import (
    EarningRule,
    LedgerEntry,
    Level,
    Member,
    MemberEdit,
    Programme,
    Purchase,
    Redemption,
    Referral,
    ReferralCampaign,
    Reward,
)
from loyalty.queries.edits import edits_of
from loyalty.queries.history import sentences_of
from loyalty.queries.members import search_members
from marketplace.notify.models import Notification
from marketplace.notify.sms import save_gateway
from orders.domain import complete_order, confirm_order
from orders.domain.points import points_of

TOKEN = UUID("0f4a4a0e-6f0f-4b1e-9d53-3b1f0c8f7a11")


@pytest.fixture
def mine(customer: User, programme: Any) -> Member:
    return domain.member_of(customer)


@pytest.fixture
def browser(customer: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(customer)


@pytest.fixture
def reward(db: None) -> Reward:
    return Reward.objects.create(name="50 off", kind=RewardKind.COUPON, points=50, discount=50)


@pytest.fixture
def campaign(db: None) -> ReferralCampaign:
    """100 for who invites."""
    today = store_day()
    return ReferralCampaign.objects.create(
        name="Friends",
        starts_on=today,
        ends_on=today + timedelta(days=9),
        inviter_points=100,
        event=ReferralEvent.FIRST_ORDER,
    )


@pytest.fixture
def sms(shop: Provider, provider: User, settings: Any) -> Provider:
    """The store sends its own SMS through this shop's gateway."""
    save_gateway(shop, owner=provider, kind="console", secret="", currency="THB")
    settings.LOYALTY_SMS_SHOP = shop.slug
    return shop


def test_one_press_joins_once(browser: Client, customer: User, programme: Any) -> None:
    first_visit = browser.get("/points/")
    browser.post("/points/join/")
    browser.post("/points/join/")

    assert first_visit.templates[0].name == "loyalty/points_join.html"
    assert Member.objects.get().user == customer
    assert browser.get("/points/").context["view"].balance == 0


@pytest.mark.parametrize("page", ["history", "card", "rewards", "coupons", "friends", "phone"])
def test_who_has_not_joined_is_shown_how(browser: Client, programme: Any, page: str) -> None:
    response = browser.get(f"/points/{page}/")

    assert response["Location"] == "/points/"


def test_the_page_says_what_is_missing_to_the_next_level(
    browser: Client, mine: Member, levels: list[Level], rule: EarningRule, buy: Callable[..., Purchase]
) -> None:
    buy(400, of=mine)

    response = browser.get("/points/")

    view = response.context["view"]
    assert (view.balance, view.spendable, view.standing.level, view.reached) == (4, 4, levels[0], 400)
    assert "฿600 of purchases are missing to <bdi>Gold</bdi>." in response.content.decode()


def test_the_history_says_why_and_goes_on_page_by_page(
    browser: Client, mine: Member, rule: EarningRule, buy: Callable[..., Purchase]
) -> None:
    for _number in range(31):
        buy(100, of=mine)

    first = browser.get("/points/history/")
    older = browser.get(f"/points/history/?before={first.context['more']}")

    assert [len(first.context["lines"]), len(older.context["lines"])] == [30, 1]
    assert (first.context["lines"][0].running, older.context["lines"][0].running) == (31, 1)
    assert older.context["more"] is None
    sentences = sentences_of(first.context["lines"][0].entry)
    assert any("“Spend”" in sentence for sentence in sentences)
    assert all(sentence in html.unescape(first.content.decode()) for sentence in sentences)


def test_a_reward_is_redeemed_once_however_often_it_is_sent(
    browser: Client,
    mine: Member,
    rule: EarningRule,
    reward: Reward,
    buy: Callable[..., Purchase],
    ledger_of: Callable[[Member], list[tuple[str, int]]],
) -> None:
    buy(10000, of=mine)
    address = reverse("loyalty:my_redeem", args=["reward", reward.pk, TOKEN])

    first = browser.post(address, follow=True)
    second = browser.post(address)

    redemption = Redemption.objects.get()
    coupon = f"/points/coupons/{redemption.pk}/"
    assert ledger_of(mine) == [("purchase", 100), ("redemption", -50)]
    assert (first.redirect_chain, second["Location"]) == ([(coupon, 302)], coupon)
    assert redemption.code in first.content.decode()
    assert (redemption.place, redemption.by) == ("online", None)


def test_too_few_points_redeem_nothing(browser: Client, mine: Member, reward: Reward) -> None:
    response = browser.post(reverse("loyalty:my_redeem", args=["reward", reward.pk, TOKEN]))

    assert response.status_code == 422
    assert "50 points are missing." in response.content.decode()
    assert (Redemption.objects.count(), LedgerEntry.objects.count()) == (0, 0)


def test_a_reward_of_another_level_is_not_there(
    browser: Client, mine: Member, levels: list[Level], reward: Reward
) -> None:
    reward.levels.add(levels[2])

    response = browser.get(reverse("loyalty:my_redeem", args=["reward", reward.pk, TOKEN]))

    assert response.status_code == 404


def test_somebody_elses_coupon_is_not_there(
    browser: Client, mine: Member, member: Member, reward: Reward
) -> None:
    Reward.objects.update(points=0)
    reward.refresh_from_db()
    theirs = domain.redeem(member, reward, place="online", form_token=TOKEN)  # type: ignore[arg-type]

    response = browser.get(f"/points/coupons/{theirs.pk}/")

    assert response.status_code == 404


def test_the_card_opens_the_member_at_the_counter(browser: Client, mine: Member) -> None:
    response = browser.get("/points/card/")

    assert response.context["address"].endswith(f"/counter/card/{mine.qr_token}/")
    assert mine.number in response.content.decode()


def test_the_card_has_the_stores_name_and_contact_as_account_setup_has_them(
    browser: Client, mine: Member
) -> None:
    contact = {"contact_phone": "+6622550999", "contact_email": "hello@talad.example"}
    Programme.objects.update_or_create(
        pk=1,
        defaults={"store_name": "ตลาดสยาม", "contact_address": "99 Rama I", **contact},
    )

    page = browser.get("/points/card/").content.decode()

    assert '<span dir="auto">ตลาดสยาม</span>' in page
    assert 'href="tel:+6622550999"' in page
    assert 'href="mailto:hello@talad.example"' in page
    assert "99 Rama I" in page


def test_a_code_by_sms_claims_what_was_collected_by_the_phone(
    browser: Client,
    mine: Member,
    member: Member,
    rule: EarningRule,
    sms: Provider,
    buy: Callable[..., Purchase],
) -> None:
    buy(1000)  # by `member`, known by phone alone

    browser.post("/points/phone/", {"phone": "081 234 5678"})
    sent = Notification.objects.get(kind="loyalty_code")
    browser.post("/points/phone/code/", {"code": sent.body[:6]})

    mine.refresh_from_db()
    member.refresh_from_db()
    assert (sent.address, sent.channel) == ("+66812345678", "sms")
    assert (mine.balance, str(mine.phone), member.merged_into) == (10, "+66812345678", mine)


def test_a_wrong_code_claims_nothing_and_five_are_enough(
    browser: Client, mine: Member, member: Member, sms: Provider
) -> None:
    browser.post("/points/phone/", {"phone": "0812345678"})
    code = Notification.objects.get(kind="loyalty_code").body[:6]
    wrong = f"{(int(code) + 1) % 10**6:06}"

    tries = [browser.post("/points/phone/code/", {"code": wrong}).status_code for _try in range(5)]
    right = browser.post("/points/phone/code/", {"code": code})

    mine.refresh_from_db()
    member.refresh_from_db()
    assert tries == [422] * 5
    assert right.status_code == 422
    assert "This code is over. Send a new one." in right.content.decode()
    assert (mine.phone, str(member.phone), member.merged_into) == (None, "+66812345678", None)


def test_a_proven_phone_that_another_member_kept_beside_their_own_is_let_go(
    browser: Client, mine: Member, member: Member, stranger: User, sms: Provider
) -> None:
    """Numbers come to new people. Who had it before is not told."""
    spare = domain.join(name="Somsri J.", phone="+66899999999")
    domain.merge_members(member, spare, by=None)
    Member.objects.filter(pk=member.pk).update(user=stranger)

    browser.post("/points/phone/", {"phone": "0899999999"})
    page = browser.post(
        "/points/phone/code/", {"code": Notification.objects.get(kind="loyalty_code").body[:6]}, follow=True
    ).content.decode()

    mine.refresh_from_db()
    member.refresh_from_db()
    assert (str(mine.phone), str(member.phone)) == ("+66899999999", "+66812345678")
    assert "Somsri" not in page
    assert member.number not in page


def test_a_phone_that_is_taken_from_a_member_leaves_a_trace_there(
    customer: User, mine: Member, member: Member, stranger: User
) -> None:
    spare = domain.join(name="Somsri J.", phone="+66899999999")
    domain.merge_members(member, spare, by=None)
    Member.objects.filter(pk=member.pk).update(user=stranger)

    _give_phone(customer, "+66899999999")

    edit = edits_of(member)[0]
    assert (edit.member, edit.by) == (spare, customer)
    assert [(one.label, one.before, one.after) for one in edit.changes] == [("phone", "+66899999999", "")]
    assert search_members("0899999999").members == [mine]


@pytest.mark.django_db(transaction=True)
def test_a_phone_that_cannot_be_given_is_not_taken_from_who_has_it(
    customer: User, mine: Member, member: Member, stranger: User
) -> None:
    """Here the giving breaks off while it waits for its member."""
    spare = domain.join(name="Somsri J.", phone="+66899999999")
    domain.merge_members(member, spare, by=None)
    Member.objects.filter(pk=member.pk).update(user=stranger)

    def give() -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '200ms'")
            _give_phone(customer, "+66899999999")
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        Member.objects.select_for_update().get(pk=mine.pk)
        with pytest.raises(OperationalError):
            pool.submit(give).result()

    spare.refresh_from_db()
    mine.refresh_from_db()
    assert (str(spare.phone), mine.phone) == ("+66899999999", None)
    assert not MemberEdit.objects.filter(member=spare).exclude(changes__has_key="merged_into").exists()


def test_a_proven_phone_that_a_member_without_account_kept_brings_that_member(
    browser: Client, mine: Member, member: Member, sms: Provider
) -> None:
    spare = domain.join(name="Somsri J.", phone="+66899999999")
    domain.merge_members(member, spare, by=None)

    browser.post("/points/phone/", {"phone": "0899999999"})
    browser.post("/points/phone/code/", {"code": Notification.objects.get(kind="loyalty_code").body[:6]})

    member.refresh_from_db()
    assert member.merged_into == mine


def test_my_coupons_show_the_usable_ones_however_old(
    browser: Client, mine: Member, reward: Reward, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("loyalty.views.my_rewards.COUPONS", 2)
    made = [
        Redemption.objects.create(
            member=mine, reward=reward, points=0, code=f"C{number}", place="online", status=status
        )
        for number, status in enumerate(["open", "used", "used", "used"])
    ]

    context = browser.get("/points/coupons/").context

    assert context["usable"] == [made[0]]
    assert context["past"] == [made[3], made[2]]


def test_three_codes_an_hour_are_sent(browser: Client, mine: Member, sms: Provider) -> None:
    answers = [browser.post("/points/phone/", {"phone": "0812345678"}).status_code for _time in range(4)]

    assert answers == [302, 302, 302, 422]
    assert Notification.objects.filter(kind="loyalty_code").count() == 3


def test_without_a_gateway_the_counter_puts_the_phone_on_the_card(browser: Client, mine: Member) -> None:
    page = browser.get("/points/phone/")
    sent = browser.post("/points/phone/", {"phone": "0812345678"})

    mine.refresh_from_db()
    assert "Show your card at the counter" in page.content.decode()
    assert sent.status_code == 422
    assert (mine.phone, Notification.objects.count()) == (None, 0)


def test_an_invitation_is_kept_until_joining(
    browser: Client, customer: User, member: Member, campaign: ReferralCampaign
) -> None:
    opened = browser.get(f"/i/{member.invite_code.lower()}/")
    join_page = browser.get("/points/")
    browser.post("/points/join/")

    referral = Referral.objects.get()
    assert opened.context["name"] == "Somsri"
    assert "<bdi>Somsri</bdi> invited you." in join_page.content.decode()
    assert (referral.inviter, referral.friend.user, referral.campaign) == (member, customer, campaign)


def test_an_invitation_can_be_accepted_after_the_first_order_made_a_member(
    browser: Client, customer: User, member: Member, campaign: ReferralCampaign, buy: Callable[..., Purchase]
) -> None:
    browser.get(f"/i/{member.invite_code}/")
    mine = domain.member_of(customer)
    purchase = buy(500, of=mine)
    browser.get(f"/i/{member.invite_code}/")  # again: it was read before

    page = browser.get("/points/").content.decode()
    browser.post("/points/join/")

    referral = Referral.objects.get()
    assert "<bdi>Somsri</bdi> invited you." in page
    assert "Accept the invitation" in page
    assert (referral.inviter, referral.friend, referral.purchase) == (member, mine, purchase)
    assert "Accept the invitation" not in browser.get("/points/").content.decode()


def test_an_invitation_can_be_read_signed_out_and_tells_the_first_name_only(
    client: Client, member: Member, campaign: ReferralCampaign
) -> None:
    page = client.get(f"/i/{member.invite_code}/").content.decode()

    assert "Somsri" in page
    assert "Jaidee" not in page
    assert member.number not in page


def test_an_unknown_invitation_is_not_there(client: Client, programme: Any) -> None:
    assert client.get("/i/NOBODY99/").status_code == 404


def test_ones_own_invitation_is_not_kept(browser: Client, mine: Member, campaign: ReferralCampaign) -> None:
    page = browser.get(f"/i/{mine.invite_code}/")

    assert page.context["is_own"] is True
    assert "invite_code" not in browser.session


def test_the_order_page_says_what_it_will_give_and_what_it_gave(
    browser: Client, order: Any, provider: User, rule: EarningRule
) -> None:
    before = browser.get(f"/orders/{order.pk}/")
    order = confirm_order(order, by=provider)
    order = complete_order(order, by=provider)
    domain.award_waiting()
    after = browser.get(f"/orders/{order.pk}/")

    assert "15 points when the order is completed" in before.content.decode()
    assert "15 points for this order" in after.content.decode()


def test_what_went_back_is_said_on_the_order(order: Any, provider: User, rule: EarningRule) -> None:
    complete_order(confirm_order(order, by=provider), by=provider)
    domain.award_waiting()
    purchase = Purchase.objects.get()
    domain.refund(purchase, amount=purchase.amount / 3, reference="r1", by=provider)
    order.refresh_from_db()

    found = points_of(order)

    assert found is not None
    assert (found.points, found.is_given, found.taken) == (15, True, 5)


def test_the_shop_is_not_told_the_customers_points(
    order: Any, provider: User, rule: EarningRule, client_of: Callable[[User], Client]
) -> None:
    page = client_of(provider).get(f"/orders/{order.pk}/")

    assert "order-points" not in page.content.decode()
