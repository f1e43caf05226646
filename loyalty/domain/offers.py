"""Which offers a member sees, and why one cannot be redeemed now: the same rules for lists and redeeming."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from loyalty.domain.ledger import spendable_points
from loyalty.domain.levels import standing_of
from loyalty.domain.programme import store_day, store_zone
from loyalty.enums import CodeSource
from loyalty.models import Branch, Member, Offer, Package, PackageItem, Reward
from loyalty.queries.rewards import Taken, free_codes, offered_packages, offered_rewards, taken_by

# Why not, by the codes of the refusals. "not_enough_points" is said with the number that is missing.
SENTENCES: dict[str, "Promise | str"] = {
    "not_offered": _("This is not offered any more. Choose another one."),
    "not_yet": _("This is not offered yet. Look at its start date."),
    "over": _("The time of this offer is over. Choose another one."),
    "level": _("This is for members of another level."),
    "branch": _("This is not offered at this branch. Choose another branch or another reward."),
    "none_left": _("All of them are taken. Choose another one."),
    "member_limit": _("You have it as often as one member may. Choose another one."),
    "month_limit": _("You have it as often as a member may in a month. Come back next month."),
    "no_codes": _("There is no code left for it. Choose another one, or ask the store."),
    "not_enough_points": _("There are not enough points for it yet."),
}


@dataclass(frozen=True, slots=True)
class Asker:
    """Who would redeem, when and where. `branch` is None online, or where the store has no branches."""

    member: Member
    level_pk: int | None
    spendable: int
    day: date
    month_start: datetime
    branch: Branch | None


@dataclass(frozen=True, slots=True)
class Shown:
    """An offer as one member sees it. `why_not` is a code of SENTENCES, or "" when it can be redeemed now;
    `missing` is how many points are missing."""

    offer: Reward | Package
    why_not: str
    missing: int

    @property
    def can_redeem(self) -> bool:
        return not self.why_not

    @property
    def sentence(self) -> str:
        return str(SENTENCES[self.why_not]) if self.why_not else ""


@dataclass(frozen=True, slots=True)
class Shelf:
    """Everything that a member sees."""

    rewards: list[Shown]
    packages: list[Shown]
    spendable: int


def shelf_for(member: Member, *, branch: Branch | None = None, now: datetime | None = None) -> Shelf:
    """What the member sees today, cheapest first, with whether each can be redeemed now; the same number of
    queries however much is offered."""
    asker = asker_for(member, branch=branch, now=now or timezone.now())
    rewards = list(offered_rewards(asker.day, asker.level_pk))
    packages = list(offered_packages(asker.day, asker.level_pk))
    taken = taken_by(member, month_start=asker.month_start)
    inside = [item.reward for package in packages for item in package.items.all()]
    codes = free_codes([*rewards, *inside])
    none = Taken()
    return Shelf(
        [_shown(r, why_not_reward(r, asker, taken.rewards.get(r.pk, none), codes), asker) for r in rewards],
        [
            _shown(p, why_not_package(p, p.items.all(), asker, taken.packages.get(p.pk, none), codes), asker)
            for p in packages
        ],
        asker.spendable,
    )


def asker_for(member: Member, *, branch: Branch | None, now: datetime) -> Asker:
    level = standing_of(member, now=now).level
    day = store_day(now)
    return Asker(
        member=member,
        level_pk=level.pk if level else None,
        spendable=spendable_points(member, now=now),
        day=day,
        month_start=datetime.combine(day.replace(day=1), time.min, tzinfo=store_zone()),
        branch=branch,
    )


def why_not_reward(reward: Reward, asker: Asker, taken: Taken, codes: Mapping[int, int]) -> str:
    """The first reason, or "". `codes` are the free ones of rewards with uploaded codes."""
    if reason := _not_for(reward, asker):
        return reason
    if _is_elsewhere(reward, asker):
        return "branch"
    if reward.left is not None and reward.left < 1:
        return "none_left"
    if reason := _over_limit(reward, taken):
        return reason
    if reward.code_source == CodeSource.UPLOADED and codes.get(reward.pk, 0) < 1:
        return "no_codes"
    return "not_enough_points" if reward.points > asker.spendable else ""


def why_not_package(
    package: Package, items: Iterable[PackageItem], asker: Asker, taken: Taken, codes: Mapping[int, int]
) -> str:
    """The package's own levels and limits hold; of its rewards, whether and where they are offered today,
    quantities and codes."""
    if reason := _not_for(package, asker):
        return reason
    items = list(items)
    if not items:
        return "not_offered"
    if reason := next(filter(None, (_not_now(item.reward, asker) for item in items)), ""):
        return reason
    if package.left is not None and package.left < 1:
        return "none_left"
    if any(item.reward.left is not None and item.reward.left < item.quantity for item in items):
        return "none_left"
    if reason := _over_limit(package, taken):
        return reason
    for item in items:
        uploaded = item.reward.code_source == CodeSource.UPLOADED
        if uploaded and codes.get(item.reward_id, 0) < item.quantity:
            return "no_codes"
    return "not_enough_points" if package.points > asker.spendable else ""


def _not_now(reward: Reward, asker: Asker) -> str:
    """Of a reward in a package: the package says for whom it is."""
    return _not_on(reward, asker.day) or ("branch" if _is_elsewhere(reward, asker) else "")


def _is_elsewhere(reward: Reward, asker: Asker) -> bool:
    branches = {branch.pk for branch in reward.branches.all()}
    return asker.branch is not None and bool(branches) and asker.branch.pk not in branches


def _not_for(offer: Reward | Package, asker: Asker) -> str:
    if reason := _not_on(offer, asker.day):
        return reason
    levels = {level.pk for level in offer.levels.all()}
    return "level" if levels and asker.level_pk not in levels else ""


def _not_on(offer: Offer, day: date) -> str:
    if not offer.is_active:
        return "not_offered"
    if offer.starts_on is not None and day < offer.starts_on:
        return "not_yet"
    return "" if offer.is_offered_on(day) else "over"


def _over_limit(offer: Offer, taken: Taken) -> str:
    if offer.per_member is not None and taken.ever >= offer.per_member:
        return "member_limit"
    if offer.per_month is not None and taken.this_month >= offer.per_month:
        return "month_limit"
    return ""


def _shown(offer: Reward | Package, why_not: str, asker: Asker) -> Shown:
    return Shown(offer, why_not, max(offer.points - asker.spendable, 0))
