"""What the programme stored, to look things up. Nothing is written here: the backoffice's own pages do that,
by the rules; the ledger refuses changes in the database itself."""

from django.contrib import admin

from loyalty.models import (
    BackofficeAccount,
    BalanceCheck,
    Batch,
    BatchAction,
    BatchRow,
    Branch,
    CouponUse,
    DailyFigure,
    EarningRule,
    LedgerEntry,
    Level,
    Member,
    MemberEdit,
    Package,
    PackageItem,
    PreparedFigures,
    Programme,
    Purchase,
    Redemption,
    Referral,
    ReferralCampaign,
    Refund,
    Reward,
    RewardCode,
    RoleRights,
    Walk,
)
from marketplace.common.admin_parts import ReadOnlyAdmin


@admin.register(Member)
class MemberAdmin(ReadOnlyAdmin):
    list_display = ["number", "name", "phone", "level", "balance", "joined_at"]
    list_filter = ["level"]
    list_select_related = ["level"]
    search_fields = ["search_text"]
    exclude = ["qr_token", "search_text"]  # who has the token is taken for the member at a counter
    ordering = ["-joined_at", "-pk"]


@admin.register(LedgerEntry)
class LedgerEntryAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "member", "kind", "points", "shortfall", "reference", "expires_on", "by"]
    list_filter = ["kind", "place"]
    list_select_related = ["member", "by"]
    search_fields = ["=reference", "=member__number"]
    ordering = ["-pk"]


@admin.register(Purchase)
class PurchaseAdmin(ReadOnlyAdmin):
    list_display = ["at", "reference", "member", "amount", "refunded", "place", "branch", "awarded_at"]
    list_filter = ["place"]
    list_select_related = ["member", "branch"]
    search_fields = ["=reference", "=member__number"]
    ordering = ["-pk"]


@admin.register(Refund)
class RefundAdmin(ReadOnlyAdmin):
    list_display = ["reference", "purchase", "amount", "at", "by"]
    list_select_related = ["purchase", "by"]
    search_fields = ["=reference", "=purchase__reference"]
    ordering = ["-pk"]


@admin.register(Redemption)
class RedemptionAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "member", "reward", "points", "code", "status", "place", "branch"]
    list_filter = ["status", "place"]
    list_select_related = ["member", "reward", "branch"]
    search_fields = ["=code", "=member__number"]
    ordering = ["-pk"]


@admin.register(CouponUse)
class CouponUseAdmin(ReadOnlyAdmin):
    list_display = ["at", "redemption", "by", "branch", "undone_at"]
    list_select_related = ["redemption__reward", "by", "branch"]
    search_fields = ["=redemption__code"]
    ordering = ["-pk"]


@admin.register(Reward)
class RewardAdmin(ReadOnlyAdmin):
    list_display = ["name", "kind", "points", "quantity", "taken", "is_active"]
    list_filter = ["kind", "is_active"]
    search_fields = ["name"]


@admin.register(RewardCode)
class RewardCodeAdmin(ReadOnlyAdmin):
    list_display = ["reward", "code", "redemption"]
    list_select_related = ["reward", "redemption__member", "redemption__reward"]
    search_fields = ["=code"]
    ordering = ["-pk"]


@admin.register(Package)
class PackageAdmin(ReadOnlyAdmin):
    list_display = ["name", "points", "quantity", "taken", "is_active"]
    search_fields = ["name"]


@admin.register(PackageItem)
class PackageItemAdmin(ReadOnlyAdmin):
    list_display = ["package", "reward", "quantity"]
    list_select_related = ["package", "reward"]
    search_fields = ["package__name"]


@admin.register(Level)
class LevelAdmin(ReadOnlyAdmin):
    list_display = ["name", "threshold", "multiplier"]
    search_fields = ["name"]


@admin.register(EarningRule)
class EarningRuleAdmin(ReadOnlyAdmin):
    list_display = ["name", "kind", "position", "is_active"]
    list_filter = ["kind", "is_active"]
    search_fields = ["name"]


@admin.register(ReferralCampaign)
class ReferralCampaignAdmin(ReadOnlyAdmin):
    list_display = ["name", "starts_on", "ends_on", "inviter_points", "friend_points", "is_active"]
    search_fields = ["name"]


@admin.register(Referral)
class ReferralAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "campaign", "inviter", "friend", "status", "rewarded_at"]
    list_filter = ["status"]
    list_select_related = ["campaign", "inviter", "friend"]
    search_fields = ["=inviter__number", "=friend__number"]
    ordering = ["-pk"]


@admin.register(Batch)
class BatchAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "kind", "file_name", "status", "rows_total", "rows_done", "by"]
    list_filter = ["kind", "status"]
    list_select_related = ["by"]
    search_fields = ["file_name"]


@admin.register(BatchAction)
class BatchActionAdmin(ReadOnlyAdmin):
    list_display = ["at", "batch", "deed", "by"]
    list_filter = ["deed"]
    list_select_related = ["batch", "by"]
    search_fields = ["=batch__pk"]
    ordering = ["-pk"]


@admin.register(BatchRow)
class BatchRowAdmin(ReadOnlyAdmin):
    list_display = ["batch", "number", "status", "key", "points", "reference", "problem"]
    list_filter = ["status"]
    list_select_related = ["batch"]
    search_fields = ["=key", "=reference"]
    ordering = ["-pk"]


@admin.register(Programme)
class ProgrammeAdmin(ReadOnlyAdmin):
    list_display = ["__str__", "is_running", "expiry_months", "hold_days"]
    search_fields = ["store_name"]


@admin.register(Branch)
class BranchAdmin(ReadOnlyAdmin):
    list_display = ["name", "code", "is_active"]
    search_fields = ["name", "code"]


@admin.register(BackofficeAccount)
class BackofficeAccountAdmin(ReadOnlyAdmin):
    list_display = ["user", "role", "branch", "created_at"]
    list_filter = ["role"]
    list_select_related = ["user", "branch"]
    search_fields = ["user__username", "user__display_name"]


@admin.register(RoleRights)
class RoleRightsAdmin(ReadOnlyAdmin):
    list_display = ["role", "rights"]
    search_fields = ["role"]


@admin.register(BalanceCheck)
class BalanceCheckAdmin(ReadOnlyAdmin):
    list_display = ["at", "members", "wrong"]
    search_fields = ["=id"]


@admin.register(DailyFigure)
class DailyFigureAdmin(ReadOnlyAdmin):
    list_display = ["day", "kind", "place", "branch", "entries", "members", "points_in", "points_out"]
    list_filter = [("day", admin.DateFieldListFilter)]
    list_select_related = ["branch"]
    search_fields = ["=kind", "=branch__code"]
    ordering = ["-day", "-pk"]


@admin.register(PreparedFigures)
class PreparedFiguresAdmin(ReadOnlyAdmin):
    list_display = ["as_of", "members"]
    search_fields = ["=pk"]
    ordering = ["-pk"]


@admin.register(MemberEdit)
class MemberEditAdmin(ReadOnlyAdmin):
    list_display = ["at", "member", "by"]
    list_select_related = ["member", "by"]
    search_fields = ["=member__number"]
    ordering = ["-pk"]


@admin.register(Walk)
class WalkAdmin(ReadOnlyAdmin):
    list_display = ["name", "part", "after_pk", "day"]
    search_fields = ["=name"]
