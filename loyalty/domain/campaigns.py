"""Friend Get Friend campaigns: one runs at a time."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from loyalty.domain.programme import programme
from loyalty.models import Programme, ReferralCampaign
from marketplace.common.errors import DomainError

# What somebody was promised stays as it was when they joined.
PROMISED = ("inviter_points", "friend_points", "event", "minimum", "return_days")


def save_campaign(campaign: ReferralCampaign, **fields: Any) -> ReferralCampaign:
    """Adds or changes. Refused when it runs on a day of another running one (`overlap`), or would change
    what friends who joined by it were promised (`promised`)."""
    programme()
    with transaction.atomic():
        Programme.objects.select_for_update().get(pk=1)  # of two at once, the second sees the first
        if campaign.pk and _changes_promise(campaign.pk, fields):
            raise DomainError(
                _(
                    "Friends have joined by this campaign already: its points, event, minimum and return "
                    "days stay. End it, and make a new one."
                ),
                code="promised",
            )
        for name, value in fields.items():
            setattr(campaign, name, value)
        _refuse_overlap(campaign)
        campaign.save()
    return campaign


def _changes_promise(pk: int, fields: dict[str, Any]) -> bool:
    before = ReferralCampaign.objects.get(pk=pk)
    changed = any(name in fields and getattr(before, name) != fields[name] for name in PROMISED)
    return changed and before.referrals.exists()


def _refuse_overlap(campaign: ReferralCampaign) -> None:
    if not campaign.is_active:
        return
    others = ReferralCampaign.objects.filter(
        is_active=True, starts_on__lte=campaign.ends_on, ends_on__gte=campaign.starts_on
    )
    other = others.exclude(pk=campaign.pk).first()
    if other is not None:
        raise DomainError(
            _(
                "“%(name)s” runs on some of these days. Only one campaign runs at a time: choose other days, "
                "or end that one first."
            )
            % {"name": other.name},
            code="overlap",
            campaign=other.pk,
        )
