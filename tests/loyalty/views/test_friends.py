"""3.4 Friend Get Friend in the backoffice."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from loyalty.domain import accept_invitation
from loyalty.domain.programme import store_day
from loyalty.models import Member, Referral, ReferralCampaign

Make = Callable[..., Member]


def fields(**more: Any) -> dict[str, Any]:
    today = store_day()
    return {
        "name": "Bring a friend",
        "starts_on": today,
        "ends_on": today + timedelta(days=30),
        "inviter_points": "๑๐๐",
        "friend_points": "50",
        "event": "order",
        "minimum": "200",
        "return_days": "7",
        "per_inviter": "",
        "is_active": "on",
    } | more


@pytest.fixture
def campaign(admin_client: Client, programme: Any) -> ReferralCampaign:
    admin_client.post(reverse("loyalty:add_campaign"), fields())
    return ReferralCampaign.objects.get()


def test_a_campaign_is_added_and_stands_in_the_list(admin_client: Client, campaign: ReferralCampaign) -> None:
    page = admin_client.get(reverse("loyalty:campaigns")).content.decode()

    assert (campaign.inviter_points, campaign.friend_points, campaign.per_inviter) == (100, 50, None)
    assert "Bring a friend" in page
    assert reverse("loyalty:edit_campaign", args=[campaign.pk]) in page


@pytest.mark.parametrize(
    "wrong",
    [{"inviter_points": "0"}, {"ends_on": "2020-01-01"}, {"name": ""}, {"friend_points": "-1"}],
)
def test_a_wrong_campaign_is_refused_with_what_was_typed(
    wrong: dict[str, str], admin_client: Client, programme: Any
) -> None:
    response = admin_client.post(reverse("loyalty:add_campaign"), fields(minimum="321") | wrong)

    assert (response.status_code, ReferralCampaign.objects.count()) == (422, 0)
    assert 'value="321"' in response.content.decode()


def test_a_campaign_on_the_days_of_another_is_refused(
    admin_client: Client, campaign: ReferralCampaign
) -> None:
    response = admin_client.post(reverse("loyalty:add_campaign"), fields(name="Second"))

    assert (response.status_code, ReferralCampaign.objects.count()) == (422, 1)
    assert "“Bring a friend” runs on some of these days." in response.content.decode()


def test_dates_change_and_promises_stay_once_friends_have_joined(
    admin_client: Client, campaign: ReferralCampaign, member: Member, make_member: Make
) -> None:
    accept_invitation(make_member(), member.invite_code)
    end = store_day() + timedelta(days=3)

    admin_client.post(
        reverse("loyalty:edit_campaign", args=[campaign.pk]), fields(ends_on=end, inviter_points="1")
    )

    campaign.refresh_from_db()
    assert (campaign.ends_on, campaign.inviter_points) == (end, 100)


def test_referrals_are_listed_by_status_with_the_same_cost(
    admin_client: Client,
    campaign: ReferralCampaign,
    member: Member,
    make_member: Make,
    django_assert_num_queries: Any,
) -> None:
    first = accept_invitation(make_member(name="Anan"), member.invite_code)
    url = reverse("loyalty:campaign", args=[campaign.pk])
    admin_client.get(url)
    with django_assert_num_queries(5):
        admin_client.get(url)
    accept_invitation(make_member(name="Boonmee"), member.invite_code)
    accept_invitation(make_member(name="Chaiyo"), member.invite_code)
    Referral.objects.filter(pk=first.pk).update(status="refused", reason="refunded")

    with django_assert_num_queries(5):
        page = admin_client.get(url).content.decode()
    refused = admin_client.get(url, {"status": "refused"}).content.decode()

    assert [name in page for name in ("Anan", "Boonmee", "Chaiyo")] == [True, True, True]
    assert [name in refused for name in ("Anan", "Boonmee", "Chaiyo")] == [True, False, False]
    assert "The friend&#x27;s order was returned." in refused


def test_referrals_are_exported(
    admin_client: Client, campaign: ReferralCampaign, member: Member, make_member: Make
) -> None:
    friend = make_member(name="=cmd()")
    accept_invitation(friend, member.invite_code)

    response = admin_client.get(reverse("loyalty:export_campaign", args=[campaign.pk]))

    content = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    row = list(csv.reader(io.StringIO(content)))[1]
    assert row[1:6] == ["Somsri Jaidee", member.number, "'=cmd()", friend.number, "Joined"]
