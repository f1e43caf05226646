"""Friend Get Friend: who may be brought by whom, and when both get their points."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.db import connection
from django.utils import timezone

from accounts.models import User
from loyalty.domain import (
    accept_invitation,
    check_balances,
    erase_member,
    merge_members,
    refund,
    work_of_the_day,
)
from loyalty.domain.campaigns import save_campaign
from loyalty.domain.friends import reverse_referral, reward_due, reward_referral
from loyalty.domain.ledger import Posting, lock_member, post
from loyalty.domain.programme import store_day
from loyalty.enums import EntryKind, ReferralEvent, ReferralStatus
from loyalty.models import LedgerEntry, Member, Programme, Purchase, Referral, ReferralCampaign
from marketplace.common.errors import DomainError
from tests.loyalty.sweeps import expire_points, reverse_refunded

Make = Callable[..., Member]
Buy = Callable[..., Purchase]
LATER = timedelta(days=8)


@pytest.fixture
def campaign(programme: Programme) -> ReferralCampaign:
    """100 for who invites and 50 for the friend, a week after a first order of at least 200."""
    today = store_day()
    return ReferralCampaign.objects.create(
        name="Bring a friend",
        starts_on=today - timedelta(days=5),
        ends_on=today + timedelta(days=5),
        inviter_points=100,
        friend_points=50,
        minimum=Decimal(200),
        per_inviter=2,
    )


@pytest.fixture
def friend(make_member: Make) -> Member:
    return make_member(name="Friend")


@pytest.fixture
def referral(campaign: ReferralCampaign, member: Member, friend: Member) -> Referral:
    return accept_invitation(friend, member.invite_code)


def refusal(friend: Member, code: str) -> str:
    """The code with which accepting is refused; nothing is written."""
    before = Referral.objects.count()
    with pytest.raises(DomainError) as refused:
        accept_invitation(friend, code)
    assert Referral.objects.count() == before
    return refused.value.code


def balances(*members: Member) -> list[tuple[int, int]]:
    """(points, owed) of each."""
    return [(m.balance, m.owed) for m in (Member.objects.get(pk=member.pk) for member in members)]


def test_both_get_points_when_the_return_window_of_the_first_order_is_over(
    referral: Referral, member: Member, friend: Member, buy: Buy
) -> None:
    purchase = buy(500, of=friend)
    early = reward_due()
    before = balances(member, friend)

    given = reward_due(now=timezone.now() + LATER)
    again = reward_due(now=timezone.now() + LATER)

    referral.refresh_from_db()
    assert (early, before) == (0, [(0, 0), (0, 0)])
    assert (given, again) == (1, 0)
    assert balances(member, friend) == [(100, 0), (50, 0)]
    assert (referral.status, referral.purchase) == (ReferralStatus.REWARDED, purchase)
    assert referral.due_at == purchase.at + timedelta(days=7)


def test_one_that_cannot_be_rewarded_or_reversed_holds_up_no_others(
    referral: Referral, member: Member, friend: Member, make_member: Make, buy: Buy
) -> None:
    """Whose sums somebody wrote to the database by hand, so that nothing can be added."""
    most = 2**63 - 1
    other, other_friend = make_member(), make_member()
    accept_invitation(other_friend, other.invite_code)
    purchases = [buy(500, of=friend), buy(500, of=other_friend)]
    later = timezone.now() + LATER

    Member.objects.filter(pk=member.pk).update(balance=most)
    given = reward_due(now=later), balances(member, other)
    Member.objects.filter(pk=member.pk).update(balance=0)
    reward_due(now=later)
    Member.objects.filter(pk=member.pk).update(balance=0, owed=most)
    for number, purchase in enumerate(purchases):
        refund(purchase, amount=Decimal(500), reference=f"r{number}", by=None, now=later)
    work_of_the_day(now=later)

    assert given == (1, [(most, 0), (100, 0)])
    assert balances(member, other, other_friend) == [(0, most), (0, 0), (0, 0)]
    assert list(Referral.objects.order_by("pk").values_list("status", flat=True)) == ["rewarded", "reversed"]


def test_an_order_below_the_minimum_does_not_count_and_the_next_one_may(
    referral: Referral, friend: Member, buy: Buy
) -> None:
    buy("199.99", of=friend)
    referral.refresh_from_db()
    small = referral.status
    buy(200, of=friend)

    referral.refresh_from_db()
    assert (small, referral.status) == (ReferralStatus.JOINED, ReferralStatus.WAITING)


def test_joining_alone_gives_points_where_the_campaign_says_so(
    campaign: ReferralCampaign, member: Member, friend: Member
) -> None:
    campaign.event = ReferralEvent.SIGN_UP
    campaign.save()

    accept_invitation(friend, f" {member.invite_code.lower()} ")
    early = reward_due(now=timezone.now() + timedelta(days=6)), balances(member, friend)
    reward_due(now=timezone.now() + LATER)

    assert early == (0, [(0, 0), (0, 0)])
    assert balances(member, friend) == [(100, 0), (50, 0)]


def test_joining_gives_nothing_until_phone_or_email_is_proven(
    campaign: ReferralCampaign, member: Member, make_member: Make, customer: User
) -> None:
    campaign.event = ReferralEvent.SIGN_UP
    campaign.save()
    EmailAddress.objects.filter(user=customer).delete()
    address = EmailAddress.objects.create(user=customer, email="throw@away.example", primary=True)
    friend = make_member(phone=None, user=customer)
    referral = accept_invitation(friend, member.invite_code)
    later = timezone.now() + LATER

    unproven = reward_due(now=later), reward_referral(referral.pk, now=later), balances(member, friend)
    address.verified = True
    address.save()
    given = reward_due(now=later)

    assert unproven == (0, False, [(0, 0), (0, 0)])
    assert (given, balances(member, friend)) == (1, [(100, 0), (50, 0)])


def test_a_first_order_that_went_back_whole_leaves_the_invitation_open(
    referral: Referral, member: Member, friend: Member, buy: Buy
) -> None:
    mistyped = buy(3000, of=friend)
    refund(mistyped, amount=Decimal(3000), reference="r", by=None)

    assert reverse_refunded() == 1
    referral.refresh_from_db()
    back = referral.status, referral.purchase, referral.due_at, referral.reason
    right = buy(300, of=friend)
    reward_due(now=timezone.now() + LATER)

    referral.refresh_from_db()
    assert back == (ReferralStatus.JOINED, None, None, "")
    assert (referral.status, referral.purchase) == (ReferralStatus.REWARDED, right)
    assert balances(member, friend) == [(100, 0), (50, 0)]


@pytest.mark.parametrize("by_sweep", [False, True])
def test_the_next_order_counts_also_when_it_came_before_the_first_was_known_to_be_back(
    by_sweep: bool, referral: Referral, friend: Member, buy: Buy
) -> None:
    mistyped = buy(3000, of=friend)
    refund(mistyped, amount=Decimal(3000), reference="r", by=None)
    buy(100, of=friend)  # below the minimum
    right = buy(300, of=friend)

    if by_sweep:
        given = reward_due(now=mistyped.at + timedelta(days=7))
    else:
        given = reverse_refunded() - 1

    referral.refresh_from_db()
    assert given == 0
    assert (referral.status, referral.purchase) == (ReferralStatus.WAITING, right)
    assert referral.due_at == right.at + timedelta(days=7)


def test_what_was_ordered_after_reading_the_invitation_came_of_it(
    campaign: ReferralCampaign, member: Member, friend: Member, buy: Buy
) -> None:
    opened_at = timezone.now() - timedelta(hours=1)
    purchase = buy(500, of=friend)
    assert refusal(friend, member.invite_code) == "not_new"

    referral = accept_invitation(friend, member.invite_code, opened_at=opened_at)

    assert (referral.status, referral.purchase) == (ReferralStatus.WAITING, purchase)


def test_who_bought_before_reading_the_invitation_is_not_new(
    campaign: ReferralCampaign, member: Member, friend: Member, buy: Buy
) -> None:
    buy(500, of=friend)

    with pytest.raises(DomainError) as refused:
        accept_invitation(friend, member.invite_code, opened_at=timezone.now())

    assert refused.value.code == "not_new"
    assert not Referral.objects.exists()


def test_an_order_that_went_back_below_the_minimum_gives_nothing(
    referral: Referral, member: Member, friend: Member, buy: Buy
) -> None:
    purchase = buy(500, of=friend)
    refund(purchase, amount=Decimal(301), reference="r", by=None)

    given = reward_due(now=timezone.now() + LATER)

    referral.refresh_from_db()
    assert given == 0
    assert (referral.status, referral.reason) == (ReferralStatus.REFUSED, "refunded")
    assert balances(member, friend) == [(0, 0), (0, 0)]


def test_money_that_went_back_later_takes_the_points_back_also_spent_ones(
    referral: Referral, member: Member, friend: Member, buy: Buy, django_capture_on_commit_callbacks: Any
) -> None:
    purchase = buy(500, of=friend)
    reward_due(now=timezone.now() + LATER)
    post(lock_member(member.pk), [Posting(EntryKind.REDEMPTION, -70, "tea")], now=timezone.now())
    refund(purchase, amount=Decimal(100), reference="part", by=None)
    assert reverse_refunded() == 0

    with django_capture_on_commit_callbacks() as callbacks:
        refund(purchase, amount=Decimal(400), reference="rest", by=None)
    took = reverse_refunded()
    again = reverse_referral(referral.pk)

    referral.refresh_from_db()
    assert len(callbacks) == 1
    assert (took, again, referral.status) == (1, False, ReferralStatus.REVERSED)
    assert balances(member, friend) == [(0, 70), (0, 0)]
    assert LedgerEntry.objects.filter(kind=EntryKind.UNDO, reverses__kind=EntryKind.REFERRAL).count() == 2
    assert check_balances().wrong == []


def test_points_that_expired_meanwhile_are_not_taken_again(
    programme: Programme, referral: Referral, member: Member, friend: Member, buy: Buy
) -> None:
    Programme.objects.update(expiry_months=6)
    purchase = buy(500, of=friend)
    reward_due(now=timezone.now() + LATER)
    post(lock_member(member.pk), [Posting(EntryKind.REDEMPTION, -70, "tea")], now=timezone.now())
    later = timezone.now() + timedelta(days=250)
    assert expire_points(now=later) == 30 + 50
    post(lock_member(member.pk), [Posting(EntryKind.ADJUSTMENT, 200, "sorry")], now=later)

    refund(purchase, amount=Decimal(500), reference="all", by=None, now=later)
    assert reverse_refunded(now=later) == 1

    assert balances(member, friend) == [(130, 0), (0, 0)]
    undone = LedgerEntry.objects.filter(kind=EntryKind.UNDO).values_list("member", "points", "shortfall")
    assert list(undone) == [(member.pk, -70, 0)]
    assert check_balances().wrong == []


def test_a_friend_is_brought_once(
    referral: Referral, member: Member, friend: Member, make_member: Make
) -> None:
    again = accept_invitation(friend, member.invite_code)

    assert again == referral
    assert refusal(friend, make_member().invite_code) == "already"


def test_nobody_brings_themselves(
    campaign: ReferralCampaign, member: Member, make_member: Make, customer: User
) -> None:
    same_email = make_member(email="SOMSRI@people.example")
    customer.phone = "+66812345678"
    customer.save()
    same_phone = make_member(user=customer, phone=None)

    assert refusal(member, member.invite_code) == "self"
    assert refusal(same_email, member.invite_code) == "self"
    assert refusal(same_phone, member.invite_code) == "self"


def test_nobody_brings_who_brought_them(referral: Referral, member: Member, friend: Member) -> None:
    assert refusal(member, friend.invite_code) == "in_turn"


def test_only_new_members_are_brought(
    campaign: ReferralCampaign, member: Member, make_member: Make, buy: Buy
) -> None:
    old = make_member(joined_at=timezone.now() - timedelta(days=31))
    bought = make_member()
    buy(10, of=bought)

    assert refusal(old, member.invite_code) == "not_new"
    assert refusal(bought, member.invite_code) == "not_new"


def test_an_inviter_brings_no_more_than_the_campaign_allows(
    campaign: ReferralCampaign, member: Member, make_member: Make
) -> None:
    brought = [accept_invitation(make_member(), member.invite_code) for _n in range(2)]

    full = refusal(make_member(), member.invite_code)
    Referral.objects.filter(pk=brought[0].pk).update(status=ReferralStatus.REFUSED)
    accept_invitation(make_member(), member.invite_code)

    assert full == "cap"


def test_the_campaign_runs_on_its_days_of_the_store(
    campaign: ReferralCampaign, member: Member, friend: Member
) -> None:
    campaign.ends_on = store_day() - timedelta(days=1)
    campaign.save()

    assert refusal(friend, member.invite_code) == "no_campaign"


def test_an_unknown_code_and_one_of_an_erased_member_bring_nobody(
    campaign: ReferralCampaign, member: Member, friend: Member
) -> None:
    code = member.invite_code
    erase_member(member, typed_number=member.number, by=None)

    assert refusal(friend, code) == "unknown_code"
    assert refusal(friend, "") == "unknown_code"


def test_a_merged_inviter_is_rewarded_as_the_kept_one(
    referral: Referral, member: Member, friend: Member, make_member: Make, buy: Buy
) -> None:
    kept, kept_friend = make_member(), make_member()
    merge_members(kept, member, by=None)
    merge_members(kept_friend, friend, by=None)
    buy(500, of=friend)

    reward_due(now=timezone.now() + LATER)

    assert balances(kept, kept_friend) == [(100, 0), (50, 0)]


def test_inviter_and_friend_who_turn_out_to_be_one_get_nothing(
    referral: Referral, member: Member, friend: Member, buy: Buy
) -> None:
    buy(500, of=friend)
    merge_members(member, friend, by=None)

    given = reward_due(now=timezone.now() + LATER)

    referral.refresh_from_db()
    assert (given, referral.status, referral.reason) == (0, ReferralStatus.REFUSED, "same_person")


def test_two_campaigns_do_not_run_on_one_day(campaign: ReferralCampaign) -> None:
    fields: dict[str, Any] = {"name": "Second", "inviter_points": 10}
    days = {"starts_on": campaign.ends_on, "ends_on": campaign.ends_on + timedelta(days=9)}

    with pytest.raises(DomainError) as refused:
        save_campaign(ReferralCampaign(), **fields, **days)
    save_campaign(ReferralCampaign(), **fields, **days, is_active=False)

    assert refused.value.code == "overlap"
    assert ReferralCampaign.objects.filter(name="Second").count() == 1


def test_what_friends_were_promised_stays(campaign: ReferralCampaign, referral: Referral) -> None:
    with pytest.raises(DomainError) as refused:
        save_campaign(campaign, inviter_points=1)
    save_campaign(ReferralCampaign.objects.get(pk=campaign.pk), ends_on=store_day())

    campaign.refresh_from_db()
    assert refused.value.code == "promised"
    assert (campaign.inviter_points, campaign.ends_on) == (100, store_day())


def at_once(what: list[Callable[[], Any]]) -> list[Any]:
    start = Barrier(len(what))

    def act(one: Callable[[], Any]) -> Any:
        try:
            start.wait()
            return one()
        except DomainError as error:
            return error.code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(what)) as pool:
        return list(pool.map(act, what))


@pytest.mark.django_db(transaction=True)
def test_accepting_ten_times_at_once_is_one_referral(
    campaign: ReferralCampaign, member: Member, friend: Member
) -> None:
    found = at_once([lambda: accept_invitation(friend, member.invite_code)] * 10)

    assert set(found) == {Referral.objects.get()}


@pytest.mark.django_db(transaction=True)
def test_inviting_each_other_at_once_brings_one_of_the_two(
    campaign: ReferralCampaign, member: Member, friend: Member
) -> None:
    found = at_once(
        [
            lambda: accept_invitation(friend, member.invite_code),
            lambda: accept_invitation(member, friend.invite_code),
        ]
    )

    assert sorted(map(str, found)) == sorted([str(Referral.objects.get()), "in_turn"])


@pytest.mark.django_db(transaction=True)
def test_friends_who_accept_at_once_do_not_exceed_the_cap(
    campaign: ReferralCampaign, member: Member, make_member: Make
) -> None:
    friends = [make_member() for _n in range(6)]

    found = at_once([lambda f=one: accept_invitation(f, member.invite_code) for one in friends])  # type: ignore[misc]

    assert found.count("cap") == 4
    assert Referral.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_workers_give_the_points_once(
    referral: Referral, member: Member, friend: Member, buy: Buy
) -> None:
    buy(500, of=friend)
    later = timezone.now() + LATER

    given = at_once([lambda: reward_due(now=later)] * 4)

    assert sorted(given) == [0, 0, 0, 1]
    assert balances(member, friend) == [(100, 0), (50, 0)]


@pytest.mark.django_db(transaction=True)
def test_giving_while_all_the_money_goes_back_leaves_nobody_with_points(
    referral: Referral, member: Member, friend: Member, buy: Buy
) -> None:
    purchase = buy(500, of=friend)
    later = timezone.now() + LATER

    at_once(
        [
            lambda: reward_due(now=later),
            lambda: refund(purchase, amount=Decimal(500), reference="r", by=None),
        ]
    )
    reverse_refunded()

    referral.refresh_from_db()
    assert referral.status in (ReferralStatus.JOINED, ReferralStatus.REVERSED)
    assert balances(member, friend) == [(0, 0), (0, 0)]
    assert check_balances().wrong == []
