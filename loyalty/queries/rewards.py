"""What is offered for points, what a member took of it, and the coupons that came of it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, Prefetch, Q, QuerySet
from django.utils import timezone

from accounts.models import User
from loyalty.enums import CodeSource, RedemptionStatus, RewardKind
from loyalty.models import Member, Package, PackageItem, Redemption, Reward, RewardCode


@dataclass(frozen=True, slots=True)
class Taken:
    """How often one member took an offer; what was undone does not count."""

    ever: int = 0
    this_month: int = 0


@dataclass(frozen=True, slots=True)
class TakenBy:
    """By the keys of rewards and packages; what came in a package counts for the package alone."""

    rewards: dict[int, Taken] = field(default_factory=dict)
    packages: dict[int, Taken] = field(default_factory=dict)


def offered_rewards(day: date, level_pk: int | None) -> "QuerySet[Reward]":
    """What somebody of that level sees on that day, cheapest first."""
    seen = Reward.objects.filter(_offered_on(day), _seen_by(Reward, level_pk))
    return seen.prefetch_related("levels", "branches").order_by("points", "pk")


def offered_packages(day: date, level_pk: int | None) -> "QuerySet[Package]":
    seen = Package.objects.filter(_offered_on(day), _seen_by(Package, level_pk))
    items = PackageItem.objects.select_related("reward").prefetch_related("reward__branches").order_by("pk")
    return seen.prefetch_related("levels", Prefetch("items", items)).order_by("points", "pk")


def taken_by(member: Member, *, month_start: datetime) -> TakenBy:
    """In one query."""
    standing = Redemption.objects.filter(member=member).exclude(status=RedemptionStatus.CANCELLED)
    whole = standing.filter(place_in_package=0)
    rows = (
        whole.order_by()
        .values_list("reward", "package")
        .annotate(ever=Count("pk"), this_month=Count("pk", filter=Q(created_at__gte=month_start)))
    )
    ever: Counter[tuple[bool, int]] = Counter()
    month: Counter[tuple[bool, int]] = Counter()
    for reward, package, in_all, this_month in rows:
        key = (True, package) if package is not None else (False, reward)
        ever[key] += in_all
        month[key] += this_month
    found = {key: Taken(ever[key], month[key]) for key in ever}
    return TakenBy(
        {pk: taken for (in_package, pk), taken in found.items() if not in_package},
        {pk: taken for (in_package, pk), taken in found.items() if in_package},
    )


def free_codes(rewards: Iterable[Reward]) -> dict[int, int]:
    """How many codes wait for each reward whose codes were uploaded."""
    uploaded = {reward.pk: 0 for reward in rewards if reward.code_source == CodeSource.UPLOADED}
    if uploaded:
        free = RewardCode.objects.filter(reward__in=uploaded, redemption=None)
        uploaded.update(free.order_by().values_list("reward").annotate(free=Count("pk")))
    return uploaded


def coupons_of(member: Member) -> "QuerySet[Redemption]":
    """Everything that a member redeemed, newest first; what is over is among it."""
    rows = Redemption.objects.filter(member=member).select_related("reward", "package", "rewardcode")
    return rows.order_by("-pk")


def to_be_used(member: Member, day: date) -> "QuerySet[Redemption]":
    """Of everything that a member redeemed, what is good on that day."""
    good = Q(expires_on=None) | Q(expires_on__gte=day)
    return coupons_of(member).filter(good, status=RedemptionStatus.OPEN)


def used_on(reference: str) -> Redemption | None:
    """The coupon that is used on that thing."""
    used = Redemption.objects.filter(used_on=reference, status=RedemptionStatus.USED)
    return used.select_related("reward", "member").first()


def coupons_for_order(user: User, reference: str) -> "QuerySet[Redemption]":
    """The one used on it, and the user's discount coupons that could be: not those of a branch's counter."""
    day = timezone.now().astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    usable = Q(status=RedemptionStatus.OPEN) & (Q(expires_on=None) | Q(expires_on__gte=day))
    at_counter = Reward.branches.through.objects.values("reward")
    return (
        Redemption.objects.filter(
            Q(status=RedemptionStatus.USED, used_on=reference) | usable & ~Q(reward__in=at_counter),
            member__user=user,
            reward__kind=RewardKind.COUPON,
        )
        .select_related("reward")
        .order_by("expires_on", "pk")
    )


def _offered_on(day: date) -> Q:
    return (
        Q(is_active=True)
        & (Q(starts_on=None) | Q(starts_on__lte=day))
        & (Q(ends_on=None) | Q(ends_on__gte=day))
    )


def _seen_by(model: Any, level_pk: int | None) -> Q:
    """For all, or for that level. Keys in subqueries: a join would double rows."""
    through = model.levels.through.objects
    name = model._meta.model_name
    return ~Q(pk__in=through.values(name)) | Q(pk__in=through.filter(level=level_pk).values(name))


# --- the operator's lists ---------------------------------------------------------------------------

# The tabs of Reward Setup and Package Setup.
STATES = ("offered", "coming", "over", "off")


def in_state(state: str, day: date) -> Q:
    """A condition on rewards or packages; each is in exactly one state on a day."""
    over, coming = Q(ends_on__isnull=False, ends_on__lt=day), Q(starts_on__isnull=False, starts_on__gt=day)
    conditions = {
        "offered": _offered_on(day),
        "coming": Q(is_active=True) & coming & ~over,
        "over": Q(is_active=True) & over,
        "off": Q(is_active=False),
    }
    return conditions[state]


def state_counts(offers: "QuerySet[Any]", day: date) -> dict[str, int]:
    """How many are in each state, in one query."""
    counts = {state: Count("pk", filter=in_state(state, day)) for state in STATES}
    return dict(offers.order_by().aggregate(**counts))


def redemptions_of(reward: Reward) -> "QuerySet[Redemption]":
    """Newest first, with whom they are shown."""
    rows = Redemption.objects.filter(reward=reward).order_by("-pk")
    return rows.select_related("member", "package", "branch", "by", "reward", "rewardcode")


def code_counts(reward: Reward) -> dict[str, int]:
    """`undone` are some of those that are used: their redemption was, the code stays spent."""
    free, undone = Q(redemption=None), Q(redemption__status=RedemptionStatus.CANCELLED)
    counts = {"free": free, "used": ~free, "undone": undone}
    return dict(reward.codes.aggregate(**{name: Count("pk", filter=which) for name, which in counts.items()}))
