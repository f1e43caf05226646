"""Members, their points, and what the programme gives for them."""

from loyalty.models.batches import Batch, BatchAction, BatchRow
from loyalty.models.figures import DailyFigure, PreparedFigures
from loyalty.models.friends import Referral, ReferralCampaign
from loyalty.models.ledger import BalanceCheck, LedgerEntry, Purchase, Refund
from loyalty.models.members import Level, Member, MemberEdit, MemberQuerySet
from loyalty.models.programme import BackofficeAccount, Branch, Programme, RoleRights
from loyalty.models.rewards import (
    CouponUse,
    Offer,
    Package,
    PackageItem,
    Redemption,
    Reward,
    RewardCode,
)
from loyalty.models.rules import EarningRule
from loyalty.models.walks import Walk

__all__ = [
    "BackofficeAccount",
    "BalanceCheck",
    "Batch",
    "BatchAction",
    "BatchRow",
    "Branch",
    "CouponUse",
    "DailyFigure",
    "EarningRule",
    "LedgerEntry",
    "Level",
    "Member",
    "MemberEdit",
    "MemberQuerySet",
    "Offer",
    "Package",
    "PackageItem",
    "PreparedFigures",
    "Programme",
    "Purchase",
    "Redemption",
    "Referral",
    "ReferralCampaign",
    "Refund",
    "Reward",
    "RewardCode",
    "RoleRights",
    "Walk",
]
