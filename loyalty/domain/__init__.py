"""Writing to the programme: members, points, rewards."""

from loyalty.domain.campaigns import save_campaign
from loyalty.domain.changed_totals import follow_total
from loyalty.domain.checking import check_balances, last_check
from loyalty.domain.coupons import free_coupon, is_over, use_coupon
from loyalty.domain.daily import work_of_the_day
from loyalty.domain.erasing import erase_member
from loyalty.domain.expiring import expire_points_of
from loyalty.domain.inviting import accept_invitation, running_campaign
from loyalty.domain.levels import refresh_level, standing_of
from loyalty.domain.member_edits import add_member, edit_member
from loyalty.domain.members import join, member_of
from loyalty.domain.merging import merge_members, preview_merge
from loyalty.domain.offers import Shelf, Shown, shelf_for
from loyalty.domain.purchases import award, award_waiting, note_purchase, refund, spend_at_counter
from loyalty.domain.redeeming import redeem, redeem_package, undo_redemption

__all__ = [
    "Shelf",
    "Shown",
    "award",
    "award_waiting",
    "check_balances",
    "expire_points_of",
    "follow_total",
    "free_coupon",
    "is_over",
    "join",
    "last_check",
    "member_of",
    "note_purchase",
    "redeem",
    "redeem_package",
    "refresh_level",
    "refund",
    "shelf_for",
    "spend_at_counter",
    "standing_of",
    "undo_redemption",
    "use_coupon",
    "erase_member",
    "accept_invitation",
    "running_campaign",
    "add_member",
    "edit_member",
    "merge_members",
    "preview_merge",
    "save_campaign",
    "work_of_the_day",
]
