"""Members, their points, and what the programme gives for them."""

from loyalty.models.batches import Batch, BatchRow
from loyalty.models.figures import DailyFigure, PreparedFigures
from loyalty.models.friends import Referral, ReferralCampaign
from loyalty.models.ledger import BalanceCheck, LedgerEntry, Purchase, Refund
from loyalty.models.members import Level, Member, MemberQuerySet
from loyalty.models.programme import BackofficeAccount, Branch, Programme, RoleRights
from loyalty.models.rewards import Offer, Package, PackageItem, Redemption, Reward, RewardCode
from loyalty.models.rules import EarningRule

__all__ = [
    "BackofficeAccount",
    "BalanceCheck",
    "Batch",
    "BatchRow",
    "Branch",
    "DailyFigure",
    "EarningRule",
    "LedgerEntry",
    "Level",
    "Member",
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
]
