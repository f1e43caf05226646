"""Friend Get Friend as its pages show it."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from loyalty.enums import ReferralStatus
from loyalty.models import Referral, ReferralCampaign

PAGE = 30

REASONS: dict[str, Promise] = {
    "refunded": _("The friend's order was returned."),
    "same_person": _("The two turned out to be one person."),
    "merged": _("The friend was merged into a member who came by another invitation."),
    "erased": _("One of the two was erased."),
}


@dataclass(frozen=True, slots=True)
class CampaignRow:
    """`points` are those that were given and stand."""

    campaign: ReferralCampaign
    counts: dict[str, int]
    total: int
    points: int


def campaign_rows() -> list[CampaignRow]:
    """Newest first; one query."""
    by_status: dict[str, Any] = {
        status.value: Count("referrals", filter=Q(referrals__status=status)) for status in ReferralStatus
    }
    return [_row(campaign) for campaign in ReferralCampaign.objects.annotate(**by_status)]


def campaign_row(campaign: ReferralCampaign) -> CampaignRow:
    """With its totals; one query."""
    counted = campaign.referrals.aggregate(
        **{status.value: Count("pk", filter=Q(status=status)) for status in ReferralStatus}
    )
    for name, value in counted.items():
        setattr(campaign, name, value)
    return _row(campaign)


def referrals_page(
    campaign: ReferralCampaign, *, status: str = "", before: int | None = None
) -> tuple[list[Referral], int | None]:
    """Newest first, and the key from which the next page goes on."""
    rows = referrals_of(campaign, status=status)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows[: PAGE + 1])
    return found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else None


def referrals_of(campaign: ReferralCampaign, *, status: str = "") -> QuerySet[Referral]:
    rows = campaign.referrals.select_related("inviter", "friend", "purchase").order_by("-pk")
    return rows.filter(status=status) if status in ReferralStatus.values else rows


def reason_text(referral: Referral) -> str:
    """Why it was refused or taken back."""
    return str(REASONS.get(referral.reason, referral.reason))


def _row(campaign: ReferralCampaign) -> CampaignRow:
    counts = {status.value: getattr(campaign, status.value) for status in ReferralStatus}
    each = campaign.inviter_points + campaign.friend_points
    return CampaignRow(campaign, counts, sum(counts.values()), counts[ReferralStatus.REWARDED.value] * each)
