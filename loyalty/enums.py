from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class EntryKind(TextChoices):
    """Why points came or went. One entry for each kind and reference, ever."""

    PURCHASE = "purchase", _("Purchase")
    BONUS = "bonus", _("Bonus")
    REFERRAL = "referral", _("Friend Get Friend")
    ADJUSTMENT = "adjustment", _("Point Adjustment")
    IMPORTED = "imported", _("Brought along")
    REDEMPTION = "redemption", _("Reward redeemed")
    RETURNED = "returned", _("Redemption undone")
    REFUND = "refund", _("Refund")
    OWED = "owed", _("Owed from a refund")
    EXPIRY = "expiry", _("Expired")
    MERGE = "merge", _("Members merged")
    UNDO = "undo", _("Undone")


# What batches alone write, a million at a time.
BY_BATCH = (EntryKind.ADJUSTMENT, EntryKind.IMPORTED)

# What counts towards a level by points: what was given for something the member did, and so no bonus that was
# redeemed. A reversal of such an entry counts against it.
EARNED = (EntryKind.PURCHASE, EntryKind.BONUS, EntryKind.REFERRAL)


class RuleKind(TextChoices):
    SPENDING = "spending", _("Points for spending")
    MULTIPLIER = "multiplier", _("Multiply points")
    FIRST_PURCHASE = "first", _("First purchase")
    BIRTHDAY = "birthday", _("Birthday")
    SIGN_UP = "signup", _("Sign-up")


class Rounding(TextChoices):
    DOWN = "down", _("Down to whole points")
    NEAREST = "nearest", _("To the nearest whole point")
    UP = "up", _("Up to whole points")


class Expiry(IntegerChoices):
    """Months until the last day of that month."""

    NEVER = 0, _("Never")
    SIX = 6, _("After 6 months")
    TWELVE = 12, _("After 12 months")
    TWENTY_FOUR = 24, _("After 24 months")


class LevelCriterion(TextChoices):
    POINTS = "points", _("Points earned")
    SPENDING = "spending", _("Money spent")


class LevelWindow(IntegerChoices):
    LIFETIME = 0, _("Since the member joined")
    YEAR = 12, _("In the last 12 months")


class RewardKind(TextChoices):
    COUPON = "coupon", _("Discount coupon")
    PRODUCT = "product", _("Free product")
    POINTS = "points", _("Bonus points")
    GIFT = "gift", _("Special gift")


class CodeSource(TextChoices):
    GENERATED = "generated", _("Made for each redemption")
    UPLOADED = "uploaded", _("From an uploaded list")


class RedemptionStatus(TextChoices):
    OPEN = "open", _("To be used")
    USED = "used", _("Used")
    CANCELLED = "cancelled", _("Undone")


class Place(TextChoices):
    """Where points were given or spent."""

    ONLINE = "online", _("Online")
    COUNTER = "counter", _("At the counter")
    BACKOFFICE = "backoffice", _("Backoffice")


class ReferralEvent(TextChoices):
    SIGN_UP = "signup", _("When the friend joins")
    FIRST_ORDER = "order", _("When the friend's first order is completed")


class ReferralStatus(TextChoices):
    JOINED = "joined", _("Joined")
    WAITING = "waiting", _("Waiting for the return window")
    REWARDED = "rewarded", _("Rewarded")
    REFUSED = "refused", _("Refused")
    REVERSED = "reversed", _("Taken back")


class BatchKind(TextChoices):
    MEMBERS = "members", _("Import User")
    BY_PHONE = "phone", _("Adjust by Phone Number")
    BY_NUMBER = "number", _("Adjust by User ID")


class BatchStatus(TextChoices):
    UPLOADED = "uploaded", _("Uploaded")
    CHECKING = "checking", _("Being checked")
    CHECKED = "checked", _("Checked: nothing is changed yet")
    WAITING = "waiting", _("Waits for approval")
    RUNNING = "running", _("Running")
    DONE = "done", pgettext_lazy("batch", "Done")
    FAILED = "failed", pgettext_lazy("batch", "Failed")
    UNDOING = "undoing", _("Being undone")
    STOPPED = "stopped", _("Stopped")
    UNDO_WAITS = "undo_waits", _("Undo waits for approval")
    UNDONE = "undone", _("Undone")
    DISCARDED = "discarded", _("Discarded")


class BatchDeed(TextChoices):
    """What somebody did with a batch after it was uploaded."""

    CHECKED = "checked", _("Chose the columns")
    RAN = "ran", _("Pressed Run")
    APPROVED = "approved", _("Approved")
    STOPPED = "stopped", _("Stopped it")
    WENT_ON = "went_on", _("Let it go on")
    UNDID = "undid", _("Asked to undo it")
    UNDO_APPROVED = "undo_ok", _("Approved the undo")
    KEPT = "kept", _("Left it as it is")
    DISCARDED = "discarded", _("Discarded it")


class RowStatus(TextChoices):
    READY = "ready", _("Ready")
    DONE = "done", pgettext_lazy("batch", "Done")
    SKIPPED = "skipped", _("Skipped")
    ERROR = "error", _("Error")
    UNDONE = "undone", _("Undone")


class Activity(TextChoices):
    """What the reports put entries of the ledger under (loyalty.domain.figures has which)."""

    EARNING = "earning", _("Earning points")
    REDEEMING = "redeeming", _("Redeeming rewards")
    FRIENDS = "friends", _("Friend Get Friend")
    ADJUSTING = "adjusting", _("Point Adjustment")
    EXPIRING = "expiring", _("Points expiring")
    CORRECTING = "correcting", _("Refunds and corrections")


class Counted(TextChoices):
    """What the reports count beside the ledger, by day."""

    JOINED = "joined", _("Members who joined")
    INVITED = "invited", _("Friends who joined")
    REWARDED = "rewarded", _("Friends rewarded")


class CustomerGroup(TextChoices):
    """User Insight: every member is in one, by Programme's rule."""

    REGULAR = "regular", _("Regular customers")
    NEW = "new", _("New customers")
    OCCASIONAL = "occasional", _("Occasional customers")
    INACTIVE = "inactive", _("Inactive customers")


class Role(TextChoices):
    """The operator's people."""

    ADMIN = "admin", _("Admin")
    OPERATOR = "operator", _("Operator")
    STAFF = "staff", _("Staff")


class Right(TextChoices):
    """What a role may do in the backoffice, one for each menu; named as the menus are."""

    DASHBOARD = "dashboard", _("Dashboard")
    USER_INSIGHT = "user_insight", _("User Insight")
    ACTIVITY_SUMMARY = "activity_summary", _("Activity Summary")
    POINT_EARNING = "point_earning", _("Point Earning Setup")
    REWARDS = "rewards", _("Reward Setup")
    PACKAGES = "packages", _("Package Setup")
    FRIENDS = "friends", _("Friend Get Friend")
    MEMBERS = "members", _("Member Detail")
    LEVELS = "levels", _("Member Level")
    IMPORT = "import", _("Import User")
    ADJUST_BY_PHONE = "adjust_by_phone", _("Adjust by Phone Number")
    ADJUST_BY_NUMBER = "adjust_by_number", _("Adjust by User ID")
    APPROVE = "approve", _("Approve point adjustments")
    ACTIVITY_LOG = "activity_log", _("Activity Log")
    ACCOUNT_SETUP = "account_setup", _("Account Setup")
    PERMISSIONS = "permissions", _("Manage Permissions")
    COUNTER = "counter", _("Counter")


class RowProblem(TextChoices):
    """Why a row of an uploaded file was not carried out, or not as it stood; what to do next."""

    NO_KEY = "no_key", _("There is no phone and no Member ID in this row.")
    PHONE_ROUNDED = (
        "phone_rounded",
        _("The spreadsheet rounded this phone: write it as text, with all its digits."),
    )
    BAD_PHONE = "bad_phone", _("This is not a phone number.")
    UNKNOWN_PHONE = "unknown_phone", _("No member has this phone.")
    BAD_NUMBER = "bad_number", _("This is not a Member ID.")
    UNKNOWN_NUMBER = "unknown_number", _("No member has this Member ID.")
    NO_POINTS = "no_points", _("There are no points in this row.")
    BAD_POINTS = "bad_points", _("Points are a whole number, such as 100 or -100.")
    ZERO_POINTS = "zero_points", _("0 points change nothing.")
    TOO_MANY_POINTS = "too_many_points", _("These are more points than a row may have.")
    NEGATIVE_POINTS = "negative_points", _("Points to bring along cannot be below 0.")
    BAD_REFERENCE = "bad_reference", _("A reference has at most 80 characters.")
    BAD_NOTE = "bad_note", _("A reason has at most 300 characters.")
    FORMULA = "formula", _("A cell holds a formula: paste its value in place of it.")
    REPEATED = "repeated", _("The same reference stands in a row above.")
    REPEATED_MEMBER = "repeated_member", _("The same member stands in a row above.")
    ALREADY_DONE = "already_done", _("This reference was carried out before: nothing was changed.")
    WAS_UNDONE = "was_undone", _("This reference was carried out and undone: give the row a new one.")
    TOO_FEW_POINTS = "too_few_points", _("The member does not have that many points to spend.")
    MEMBER_GONE = "member_gone", _("The member was merged, erased or taken back with an import meanwhile.")
    MEMBER_EXISTS = "member_exists", _("A member with this phone exists: nothing was changed.")
    NOTHING_TO_FILL = "nothing_to_fill", _("The member exists, and nothing in it is empty.")
    POINTS_LEFT_OUT = "points_left_out", _("The member existed: points were not brought along.")
    NUMBER_TAKEN = "number_taken", _("Another member has this Member ID.")
    BAD_NAME = "bad_name", _("A name has at most 160 characters.")
    BAD_EMAIL = "bad_email", _("This is not an email address.")
    BAD_BIRTHDAY = "bad_birthday", _("The birthday is not a date, such as 1990-05-31 or 31/05/2533.")
    BAD_LEVEL = "bad_level", _("There is no level of this name.")
    BAD_LEVEL_UNTIL = "bad_level_until", _("The level's last day is not a date.")
    BAD_JOINED = "bad_joined", _("The day of joining is not a date, or lies in the future.")
    POINTS_SPENT = "points_spent", _("Not undone: the points were spent meanwhile.")
    POINTS_EXPIRED = "points_expired", _("Not undone: the points expired meanwhile.")
    MEMBER_CHANGED = "member_changed", _("Not undone: the member was changed or used meanwhile.")


class FileProblem(TextChoices):
    """Why a file was not taken, could not be read to its end, or was not worked off."""

    EMPTY = "empty", _("The file is empty.")
    TOO_LARGE = "too_large", _("The file is too large: at most %(megabytes)s MB. Split it.")
    OLD_EXCEL = "old_excel", _("This is an old Excel file (.xls). Save it as .xlsx or as CSV UTF-8.")
    PROTECTED = "protected", _("This file is protected by a password. Save it without one and try again.")
    WRONG_KIND = "wrong_kind", _("This is neither a CSV nor an XLSX file.")
    BAD_SHEET = "bad_sheet", _("This XLSX file is damaged or protected. Open it, save it anew and try again.")
    EMPTY_SHEET = "empty_sheet", _("The first sheet is empty. Put the table on the first sheet.")
    TOO_WIDE = "too_wide", _("The file has more than %(columns)s columns.")
    MIXED = (
        "mixed",
        _("The letters cannot be read: the file mixes encodings. Save it as CSV UTF-8."),
    )
    GONE = "gone", _("The file is not there any more. Upload it again.")
    NO_ROWS = "no_rows", _("There are no rows below the headings.")
    UNREADABLE_ROW = (
        "unreadable_row",
        _("Row %(row)s cannot be read: a quotation mark may be missing in it or above."),
    )
    CHECK_BROKE = (
        "check_broke",
        _("The check broke off by a fault of the system. Nothing was changed. Check the file again."),
    )
    RUN_BROKE = (
        "run_broke",
        _("The run broke off by a fault of the system. What is counted as done is done. Go on, or undo it."),
    )
    UNDO_BROKE = (
        "undo_broke",
        _("Undoing broke off by a fault of the system. What is counted as undone is undone. Go on."),
    )
