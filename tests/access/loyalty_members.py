"""A member of the programme with a purchase, somebody else, and a campaign for friends."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from accounts.models import User
from loyalty.domain import award, join
from loyalty.domain.programme import store_day
from loyalty.models import Purchase, ReferralCampaign


def members_world(customer: User) -> dict[str, Any]:
    loyal = join(user=customer, name="Loyal", phone="+66812345000")
    purchase = Purchase.objects.create(reference="world:1", member=loyal, amount=Decimal(500))
    award(purchase)
    return {
        "loyal": loyal,
        "other_loyal": join(name="Loyal too"),
        "purchase": purchase,
        "campaign": ReferralCampaign.objects.create(
            name="Friends",
            starts_on=store_day(),
            ends_on=store_day() + timedelta(days=5),
            inviter_points=10,
        ),
    }
