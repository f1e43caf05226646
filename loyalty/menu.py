"""The backoffice's side menu. Its names stand in every language; a translation stands beside them."""

from dataclasses import dataclass
from functools import cache

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_noop

from loyalty.enums import Right, Role


@dataclass(frozen=True, slots=True)
class Item:
    """`url` is a name of an address; an item without one, or with one that does not exist yet, waits until
    its part of the product is there."""

    number: str
    name: str
    url: str = ""
    right: Right | None = None


@dataclass(frozen=True, slots=True)
class Group:
    number: str
    name: str
    items: tuple[Item, ...]


MENU = (
    Group(
        "2",
        gettext_noop("Home"),
        (
            Item("2.1", gettext_noop("Dashboard"), "loyalty:dashboard", Right.DASHBOARD),
            Item("2.2", gettext_noop("User Insight"), "loyalty:user_insight", Right.USER_INSIGHT),
            Item("2.3", gettext_noop("Activity Summary"), "loyalty:activity_summary", Right.ACTIVITY_SUMMARY),
        ),
    ),
    Group(
        "3",
        gettext_noop("Point and Rewards"),
        (
            Item("3.1", gettext_noop("Point Earning Setup"), "loyalty:earning_rules", Right.POINT_EARNING),
            Item("3.2", gettext_noop("Reward Setup"), "loyalty:rewards", Right.REWARDS),
            Item("3.3", gettext_noop("Package Setup"), "loyalty:packages", Right.PACKAGES),
            Item("3.4", gettext_noop("Friend Get Friend"), "loyalty:campaigns", Right.FRIENDS),
        ),
    ),
    Group(
        "4",
        gettext_noop("Member Management"),
        (
            Item("4.1", gettext_noop("Member Detail"), "loyalty:members", Right.MEMBERS),
            Item("4.2", gettext_noop("Member Level"), "loyalty:levels", Right.LEVELS),
            Item("4.3", gettext_noop("Import User"), "loyalty:imports", Right.IMPORT),
        ),
    ),
    Group(
        "5",
        gettext_noop("Point Adjustment"),
        (
            Item(
                "5.1",
                gettext_noop("Adjust by Phone Number"),
                "loyalty:adjust_by_phone",
                Right.ADJUST_BY_PHONE,
            ),
            Item(
                "5.2", gettext_noop("Adjust by User ID"), "loyalty:adjust_by_number", Right.ADJUST_BY_NUMBER
            ),
            Item("5.3", gettext_noop("Activity Log"), "loyalty:activity_log", Right.ACTIVITY_LOG),
        ),
    ),
    Group(
        "6",
        gettext_noop("Communication"),
        (
            Item("6.1", gettext_noop("Targeted Message")),
            Item("6.2", gettext_noop("Smart Target")),
            Item("6.3", gettext_noop("Campaign Visibility")),
        ),
    ),
    Group(
        "7",
        gettext_noop("Store Settings"),
        (
            Item("7.1", gettext_noop("Account Setup"), "loyalty:account_setup", Right.ACCOUNT_SETUP),
            Item("7.2", gettext_noop("Rich Menu Setup")),
            Item("7.3", gettext_noop("Manage Permissions"), "loyalty:permissions", Right.PERMISSIONS),
            Item("7.4", gettext_noop("Theme Setup")),
            Item("7.5", gettext_noop("Privacy Conditions")),
            Item("7.6", gettext_noop("Extensions")),
        ),
    ),
    Group(
        "8",
        gettext_noop("User Settings"),
        (
            Item("8.1", gettext_noop("My Profile"), "loyalty:my_profile"),
            Item("8.2", gettext_noop("User Manual"), "loyalty:user_manual"),
            Item("8.3", gettext_noop("Language"), "loyalty:language"),
        ),
    ),
)

RECORDS = gettext_noop("Records")  # the menu's last group: see templates/loyalty/_menu.html
MENU_NAMES = {item.name for group in MENU for item in group.items}


def menu_for(rights: set[Right]) -> list[Group]:
    """What somebody with these rights finds: only what is there, only groups that have something. Who has
    no rights is not of the backoffice and finds nothing."""
    groups = []
    for group in MENU if rights else ():
        items = tuple(
            item
            for item in group.items
            if _is_there(item.url) and (item.right is None or item.right in rights)
        )
        if items:
            groups.append(Group(group.number, group.name, items))
    return groups


def item_for(right: Right | None, url: str) -> Item | None:
    """The menu under which a page stands: that of its own address, else that of the right it asks for."""
    items = [item for group in MENU for item in group.items]
    own = next((item for item in items if item.url and item.url == url), None)
    return own or next((item for item in items if right is not None and item.right == right), None)


def start_of(role: Role | None, rights: set[Right]) -> str:
    """Where somebody begins after logging in: Staff at the counter, others on the Dashboard or the first menu
    that is theirs."""
    if role == Role.STAFF and Right.COUNTER in rights and _is_there("loyalty:counter"):
        return reverse("loyalty:counter")
    first = next((item for group in menu_for(rights) for item in group.items), None)
    return reverse(first.url if first else "admin:index")


@cache
def _is_there(url: str) -> bool:
    if not url:
        return False
    try:
        reverse(url)
    except NoReverseMatch:
        return False
    return True
