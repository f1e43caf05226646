"""The demo programme: levels, rules, rewards, a running campaign, and members with a history each.

Everything goes through the same functions as a real click; only the times are moved back.
"""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from operator import itemgetter
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from loyalty.domain import award, edit_member, join, refund, spend_at_counter, work_of_the_day
from loyalty.domain.campaigns import save_campaign
from loyalty.domain.inviting import accept_invitation
from loyalty.domain.programme import programme, store_day
from loyalty.domain.redeeming import redeem, redeem_package
from loyalty.domain.reward_setup import save_package, save_reward
from loyalty.domain.rules import add_rule
from loyalty.enums import Place, RewardKind, Role, RuleKind
from loyalty.models import (
    BackofficeAccount,
    Branch,
    EarningRule,
    Level,
    Member,
    Package,
    Purchase,
    ReferralCampaign,
    Reward,
)
from marketplace.demo.drawing import draw_photo
from marketplace.demo.stories import NAMESPACE
from services.models import Category

BRANCHES = (("SIAM", "สาขาสยาม", "+6622550101"), ("ARI", "สาขาอารีย์", "+6622550102"))
LEVELS = (
    ("Silver", 0, "1", "#8A8F98"),
    ("Gold", 5_000, "1.5", "#B8860B"),
    ("Platinum", 20_000, "2", "#3C5A78"),
)
# Picture, type, name, points, what else.
REWARDS: tuple[tuple[str, str, str, int, dict[str, Any]], ...] = (
    ("coffee", "coupon", "ส่วนลด 50 บาท", 40, {"discount": Decimal(50), "valid_days": 60}),
    ("pottery", "product", "กาแฟดริปฟรีหนึ่งแก้ว", 60, {"quantity": 100, "per_month": 2}),
    ("tailor", "gift", "กระเป๋าผ้าทอมือ", 250, {"quantity": 12}),
    ("garden", "points", "แต้มโบนัส 30 แต้ม", 25, {"bonus": 30, "per_member": 1}),
    ("house_cleaning", "coupon", "ลด 10% งานทำความสะอาด", 80, {"percent": Decimal(10), "quantity": 50}),
)


@dataclass(frozen=True, slots=True)
class Story:
    """A member, and (days ago, amount) of what was bought; `login` has an account."""

    name: str
    phone: str
    spent: tuple[tuple[int, int], ...]
    login: str = ""
    birthday: date | None = None
    rewards: tuple[str, ...] = ()
    refunded: bool = False


STORIES = (
    Story(
        "สมหญิง ใจดี",
        "+66891112201",
        ((310, 2400), (220, 3150), (150, 1890), (64, 2750), (21, 1280), (3, 640)),
        "customer@demo.example",
        date(1991, 4, 13),
        ("ส่วนลด 50 บาท",),
    ),
    Story(
        "อนันดา ศรีสุข",
        "+66891112202",
        ((340, 8200), (200, 7600), (90, 6400), (12, 3300)),
        "ananda@demo.example",
        date(1984, 11, 22),
        ("ชุดวันเกิด", "กาแฟดริปฟรีหนึ่งแก้ว"),
    ),
    Story("กัญญา ทองดี", "+66891112203", ((40, 1900), (15, 950)), "kanya@demo.example", refunded=True),
    Story("James Walker", "+66891112204", ((8, 450),), "james@demo.example"),
    Story("ปิยะ วัฒนกุล", "+66812220101", ((400, 5200), (380, 2100)), birthday=date(1970, 2, 28)),
    Story("ณัฐกานต์ พงษ์ไพโรจน์วรกุลชัย ณ อยุธยา", "+66812220102", ((180, 990), (100, 1450), (30, 2300))),
    Story("วิภา สุขสันต์", "+66812220103", ()),
    Story("Nguyễn Thị Mai", "+84905550104", ((25, 3100), (10, 2450), (2, 1200))),
    Story("ธนากร ลิ้มเจริญ", "+66812220105", ((300, 12500), (250, 9800), (120, 4400), (60, 5100))),
    Story("พิมพ์ชนก แสงทอง", "+66812220106", ((70, 800), (68, 760), (66, 1240), (33, 540))),
)


def make_points(*, say: Callable[[str], object]) -> None:
    """Does nothing when there are levels already."""
    if Level.objects.exists():
        return
    with transaction.atomic():  # whole or not at all: what stopped half-way is taken up again
        _settings()
        rewards = _rewards()
        members = [_member(story) for story in STORIES]
        _live(members, rewards)
        _friends(members)
    while work_of_the_day(now=timezone.now()):  # what was over in those months is over
        pass
    say(f"points: {len(members)} members, {len(rewards)} rewards")


def _settings() -> None:
    settings = programme()
    settings.contact_phone, settings.contact_email = "+6622550100", "points@demo.example"
    settings.hold_days = 1
    settings.save()
    for code, name, phone in BRANCHES:
        Branch.objects.create(code=code, name=name, phone=phone)
    for name, threshold, multiplier, colour in LEVELS:
        Level.objects.create(name=name, threshold=threshold, multiplier=Decimal(multiplier), colour=colour)
    siam = Branch.objects.get(code="SIAM")
    staff, operator = User.objects.get(username="staff"), User.objects.get(username="operator")
    BackofficeAccount.objects.create(user=staff, role=Role.STAFF, branch=siam)
    BackofficeAccount.objects.create(user=operator, role=Role.OPERATOR)
    food = Category.objects.filter(slug__contains="food").first()
    for rule in (
        EarningRule(name="ทุก 25 บาท ได้ 1 แต้ม", kind=RuleKind.SPENDING, per_amount=Decimal(25), points=1),
        EarningRule(
            name="วันพุธแต้มคูณสอง", kind=RuleKind.MULTIPLIER, multiplier=Decimal(2), weekdays=[2], minimum=300
        ),
        EarningRule(name="ซื้อครั้งแรก", kind=RuleKind.FIRST_PURCHASE, points=20, minimum=200),
        EarningRule(name="ต้อนรับสมาชิกใหม่", kind=RuleKind.SIGN_UP, points=10),
        EarningRule(name="สุขสันต์วันเกิด", kind=RuleKind.BIRTHDAY, points=50),
        EarningRule(
            name="เดือนแห่งของอร่อย",
            kind=RuleKind.SPENDING,
            per_amount=Decimal(50),
            points=1,
            categories=[str(food.pk)] if food else [],
            starts_on=store_day() + timedelta(days=10),
        ),
    ):
        add_rule(rule)


def _rewards() -> dict[str, Reward | Package]:
    gold = Level.objects.filter(threshold__gte=5000)
    everybody = Level.objects.none()
    made: list[Reward] = []
    for seed, (scene, kind, name, points, more) in enumerate(REWARDS):
        fields: dict[str, Any] = {"name": name, "kind": kind, "points": points, "details": "", **more}
        reward = save_reward(
            Reward(),
            new_photo=draw_photo(scene, seed),
            levels=gold if kind == RewardKind.GIFT else everybody,
            branches=[],
            **fields,
        )
        made.append(reward)
    package = save_package(
        Package(),
        items={made[0]: 2, made[1]: 1},
        levels=everybody,
        name="ชุดวันเกิด",
        details="ส่วนลดสองใบและกาแฟหนึ่งแก้ว ในราคาพิเศษ",
        points=100,
        per_member=1,
    )
    offers: list[Reward | Package] = [*made, package]
    return {offer.name: offer for offer in offers}


def _member(story: Story) -> Member:
    first = max([days for days, _amount in story.spent], default=2)
    user = User.objects.filter(username=story.login).first() if story.login else None
    return _joined(story, user, timezone.now() - timedelta(days=first, hours=1))


def _live(members: list[Member], offers: dict[str, Reward | Package]) -> None:
    """What all of them did, in the order in which it happened: the log goes by that."""
    now = timezone.now()
    deeds = [
        deed
        for story, member in zip(STORIES, members, strict=True)
        for deed in _deeds(story, member, offers, now)
    ]
    for _at, deed in sorted(deeds, key=itemgetter(0)):
        deed()


def _deeds(
    story: Story, member: Member, offers: dict[str, Reward | Package], now: datetime
) -> Iterator[tuple[datetime, Callable[[], object]]]:
    siam, staff = Branch.objects.get(code="SIAM"), User.objects.get(username="staff")
    for number, (days, amount) in enumerate(story.spent):
        at = now - timedelta(days=days)
        yield at, partial(_buy, member, amount, at, siam if number % 2 else None, staff)
    for number, name in enumerate(story.rewards):
        at = now - timedelta(days=1, hours=number)
        token = uuid.uuid5(NAMESPACE, f"points:{story.phone}:{number}")
        yield at, partial(_redeem, member, offers[name], token, at)
    if story.refunded:
        yield now, partial(_refund_half_of_last, member, staff)


def _redeem(member: Member, offer: Reward | Package, token: uuid.UUID, at: datetime) -> None:
    member.refresh_from_db()
    if isinstance(offer, Package):
        redeem_package(member, offer, place=Place.ONLINE, form_token=token, now=at)
    else:
        redeem(member, offer, place=Place.ONLINE, form_token=token, now=at)


def _refund_half_of_last(member: Member, staff: User) -> None:
    last = Purchase.objects.filter(member=member).order_by("-at")[0]
    refund(last, amount=last.amount / 2, reference=f"demo:{last.pk}", by=staff, note="คืนสินค้าหนึ่งชิ้น")


def _joined(story: Story, user: User | None, at: datetime) -> Member:
    about: dict[str, Any] = {"name": story.name, "phone": story.phone, "email": story.login}
    about["birthday"] = story.birthday
    try:
        with transaction.atomic():
            return join(user=user, now=at, **about)
    except IntegrityError:  # a worker was quicker with the points of this person's order
        Member.objects.filter(user=user).update(joined_at=at)
        return edit_member(Member.objects.get(user=user), **about)


def _buy(member: Member, amount: int, at: datetime, branch: Branch | None, staff: User) -> None:
    purchase = Purchase.objects.create(
        reference=f"demo:{member.number}:{at:%Y%m%d}",
        name="" if branch else f"{at:%Y%m%d}",
        member=member,
        amount=Decimal(amount),
        by_category={"": str(amount)},
        branch=branch,
        place=Place.COUNTER if branch else Place.ONLINE,
        at=at,
        by=staff if branch else None,
    )
    award(purchase, now=at)


def _friends(members: list[Member]) -> None:
    today = store_day()
    save_campaign(
        ReferralCampaign(),
        name="ชวนเพื่อนรับแต้ม",
        starts_on=today - timedelta(days=20),
        ends_on=today + timedelta(days=40),
        inviter_points=50,
        friend_points=30,
    )
    siam, staff = Branch.objects.get(code="SIAM"), User.objects.get(username="staff")
    for number, name in enumerate(("เพื่อนใหม่ หนึ่ง", "เพื่อนใหม่ สอง")):
        friend = join(name=name, phone=f"+6681333010{number}")
        accept_invitation(friend, members[0].invite_code)
        if number == 0:
            spend_at_counter(
                friend, amount=Decimal(350), branch=siam, by=staff, form_token=f"demo-friend-{number}"
            )
