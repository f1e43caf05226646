"""Points turned into rewards, and back. Locks in this order: member, package, rewards by key, codes."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from loyalty.domain.expiring import expire_points_of
from loyalty.domain.ledger import (
    Posting,
    check_spendable,
    lock_current,
    lock_member,
    post,
    refuse_own,
    refuse_when_gone,
)
from loyalty.domain.levels import refresh_level
from loyalty.domain.members import readable_code
from loyalty.domain.offers import SENTENCES, Asker, asker_for, why_not_package, why_not_reward
from loyalty.domain.programme import expiry_day, programme, store_day
from loyalty.enums import CodeSource, EntryKind, Place, RedemptionStatus, RewardKind
from loyalty.models import (
    Branch,
    CouponUse,
    LedgerEntry,
    Member,
    Package,
    PackageItem,
    Redemption,
    Reward,
    RewardCode,
)
from loyalty.queries.rewards import Taken, free_codes, taken_by
from marketplace.common.errors import DomainError

CODE_LENGTH = 10
# At the counter, what was handed over by mistake comes back within this time.
UNDO_WITHIN = timedelta(minutes=15)


def redeem(
    member: Member,
    reward: Reward,
    *,
    place: Place,
    by: User | None = None,
    branch: Branch | None = None,
    form_token: UUID,
    now: datetime | None = None,
) -> Redemption:
    """One `reward` for its points; the same `form_token` is the same redemption.

    Refused with a code of `offers.SENTENCES`, or `merged`, `erased`, `own`; then nothing has changed. Bonus
    points are given at once and used with that; everything else is open until it is used.
    """
    moment = now or timezone.now()
    with transaction.atomic():
        member = lock_member(member.pk)
        if done := _done_before(member, form_token):
            return done[0]
        refuse_when_gone(member)
        if place == Place.COUNTER:
            refuse_own(member, by)
        _forget_what_is_over(member, moment)
        reward = Reward.objects.select_for_update().get(pk=reward.pk)
        asker = asker_for(member, branch=branch, now=moment)
        taken = taken_by(member, month_start=asker.month_start).rewards.get(reward.pk, Taken())
        _refuse(why_not_reward(reward, asker, taken, free_codes([reward])), reward.points, asker, moment)
        redemption = Redemption(
            member=member, reward=reward, form_token=form_token, points=reward.points, place=place
        )
        redemption.branch, redemption.by, redemption.created_at = branch, by, moment
        _hand_out([redemption])
        _write(member, [redemption], note=reward.name, now=moment)
    return redemption


def redeem_package(
    member: Member,
    package: Package,
    *,
    place: Place,
    by: User | None = None,
    branch: Branch | None = None,
    form_token: UUID,
    now: datetime | None = None,
) -> list[Redemption]:
    """Everything in `package` for its one price, or nothing; one redemption for each piece, the first of
    which carries the points. Refusals as for `redeem`."""
    moment = now or timezone.now()
    with transaction.atomic():
        member = lock_member(member.pk)
        if done := _done_before(member, form_token):
            return done
        refuse_when_gone(member)
        if place == Place.COUNTER:
            refuse_own(member, by)
        _forget_what_is_over(member, moment)
        package = Package.objects.select_for_update().get(pk=package.pk)
        rewards = _lock_rewards(package.items.values_list("reward", flat=True))
        items = list(package.items.order_by("pk"))
        for item in items:
            item.reward = rewards[item.reward_id]
        asker = asker_for(member, branch=branch, now=moment)
        taken = taken_by(member, month_start=asker.month_start).packages.get(package.pk, Taken())
        why_not = why_not_package(package, items, asker, taken, free_codes(rewards.values()))
        _refuse(why_not, package.points, asker, moment)
        pieces = [
            Redemption(
                member=member,
                reward=reward,
                package=package,
                form_token=form_token,
                place_in_package=number,
                points=0 if number else package.points,
                place=place,
                branch=branch,
                by=by,
                created_at=moment,
            )
            for number, reward in enumerate(_pieces(items))
        ]
        Package.objects.filter(pk=package.pk).update(taken=F("taken") + 1)
        _hand_out(pieces)
        _write(member, pieces, note=package.name, now=moment)
    return pieces


def undo_redemption(redemption: Redemption, *, by: User, now: datetime | None = None) -> Redemption:
    """The points come back, as good as they were, and what was taken is there again, but for its code: who
    had it may have shown or used it elsewhere, so it stays with the undone redemption and is spent.

    Of a package, all of it. Only what was not used yet (code `used`), but for what was redeemed at the
    counter within UNDO_WITHIN and was not taken off an order. A coupon on an order follows the order: it is
    free again, and can be undone, when the order is cancelled or an outside system gives it a total of its
    own (`free_coupon`); otherwise a completed order keeps it, also when its money goes back. Undoing again
    changes nothing.
    """
    moment = now or timezone.now()
    with transaction.atomic():
        member = lock_current(redemption.member_id)
        pieces = _lock_pieces(redemption)
        if all(piece.status == RedemptionStatus.CANCELLED for piece in pieces):
            return _same(pieces, redemption)
        for piece in pieces:
            _refuse_to_undo(piece, moment)
        if pieces[0].package_id is not None:
            Package.objects.filter(pk=pieces[0].package_id).update(taken=F("taken") - 1)
        for reward in _lock_rewards(piece.reward_id for piece in pieces).values():
            back = sum(1 for piece in pieces if piece.reward_id == reward.pk)
            Reward.objects.filter(pk=reward.pk).update(taken=F("taken") - back)
        for piece in pieces:
            piece.status, piece.cancelled_at = RedemptionStatus.CANCELLED, moment
            piece.used_at, piece.used_on, piece.used_amount = None, "", None
        Redemption.objects.bulk_update(
            pieces, ["status", "cancelled_at", "used_at", "used_on", "used_amount"]
        )
        CouponUse.objects.filter(redemption__in=pieces, undone_at=None).update(undone_at=moment)
        _give_back(member, pieces, by=by, now=moment)
    return _same(pieces, redemption)


# --- the parts of redeeming -------------------------------------------------------------------------


def _forget_what_is_over(member: Member, now: datetime) -> None:
    """Points buy nothing after their last day, also where the day's work has not come to them yet."""
    if expire_points_of(member.pk, now=now):
        member.refresh_from_db(fields=["balance"])


def _done_before(member: Member, form_token: UUID) -> list[Redemption]:
    """What the same press of the button brought; its member is locked."""
    before = Redemption.objects.filter(member=member, form_token=form_token)
    return list(before.select_related("reward", "package").order_by("place_in_package"))


def _refuse(why_not: str, points: int, asker: Asker, now: datetime) -> None:
    if why_not == "not_enough_points":
        check_spendable(asker.member, points, now=now)  # says how many are missing
    if why_not:
        raise DomainError(SENTENCES[why_not], code=why_not)


def _lock_rewards(keys: Iterable[int]) -> dict[int, Reward]:
    rewards = Reward.objects.select_for_update().filter(pk__in=set(keys)).order_by("pk")
    return {reward.pk: reward for reward in rewards}


def _pieces(items: Iterable[PackageItem]) -> list[Reward]:
    return [item.reward for item in items for _piece in range(item.quantity)]


def _hand_out(redemptions: Sequence[Redemption]) -> None:
    """Saves them, each with its code, and counts down. Their rewards are locked."""
    for redemption in redemptions:
        reward = redemption.reward
        day = store_day(redemption.created_at)
        if reward.valid_days is not None:
            redemption.expires_on = day + timedelta(days=reward.valid_days)
        if reward.kind == RewardKind.POINTS:
            redemption.status, redemption.used_at = RedemptionStatus.USED, redemption.created_at
        code = _next_code(reward) if reward.code_source == CodeSource.UPLOADED else None
        redemption.code = code.code if code else _new_code()
        redemption.save()
        if code:
            code.redemption = redemption
            code.save(update_fields=["redemption"])
        reward.taken += 1
        reward.save(update_fields=["taken"])


def _new_code() -> str:
    """One that no redemption has ever had: what was undone keeps its own."""
    while True:
        code = readable_code(CODE_LENGTH)
        if not Redemption.objects.filter(code=code).exists():
            return code


def _next_code(reward: Reward) -> RewardCode:
    free = RewardCode.objects.select_for_update(skip_locked=True).filter(reward=reward, redemption=None)
    code = free.order_by("pk").first()
    if code is None:
        raise DomainError(SENTENCES["no_codes"], code="no_codes")
    return code


def _write(member: Member, redemptions: Sequence[Redemption], *, note: str, now: datetime) -> None:
    """The ledger's side: the price, then what bonus points give. A free reward costs no entry."""
    postings = [_price(redemptions[0], note)] if redemptions[0].points else []
    bonuses = [
        _bonus(redemption, now)
        for redemption in redemptions
        if redemption.reward.kind == RewardKind.POINTS and redemption.reward.bonus
    ]
    # The price first, by itself: a reward cannot be paid with the points that it brings.
    post(member, postings, now=now)
    if bonuses:
        post(member, bonuses, now=now)
        refresh_level(member, now=now)


def _reference(redemption: Redemption) -> str:
    return f"redemption:{redemption.pk}"


def _price(redemption: Redemption, note: str) -> Posting:
    return Posting(
        EntryKind.REDEMPTION,
        -redemption.points,
        _reference(redemption),
        branch=redemption.branch,
        place=Place(redemption.place),
        by=redemption.by,
        note=note,
    )


def _bonus(redemption: Redemption, now: datetime) -> Posting:
    return Posting(
        EntryKind.BONUS,
        redemption.reward.bonus or 0,
        _reference(redemption),
        expires_on=expiry_day(store_day(now), programme().expiry_months),
        branch=redemption.branch,
        place=Place(redemption.place),
        by=redemption.by,
        note=redemption.reward.name,
    )


# --- the parts of undoing ---------------------------------------------------------------------------


def _lock_pieces(redemption: Redemption) -> list[Redemption]:
    """The redemption with everything of its package, as they are now; the member is locked."""
    rows = Redemption.objects.select_for_update(of=("self",)).select_related("reward", "package")
    if redemption.package_id is None:
        return [rows.get(pk=redemption.pk)]
    # By owner as it is now: members may have been merged since the page was made.
    owner = Redemption.objects.values_list("member", flat=True).get(pk=redemption.pk)
    whole = rows.filter(member=owner, form_token=redemption.form_token)
    return list(whole.order_by("place_in_package"))


def _same(pieces: Sequence[Redemption], redemption: Redemption) -> Redemption:
    return next(piece for piece in pieces if piece.pk == redemption.pk)


def _refuse_to_undo(piece: Redemption, now: datetime) -> None:
    if piece.status != RedemptionStatus.USED:
        return
    if piece.used_on.startswith("order:"):
        raise DomainError(_("It is used on an order. Cancel the order first."), code="used")
    if piece.place != Place.COUNTER or now - piece.created_at > UNDO_WITHIN:
        raise DomainError(_("It is used already and cannot be undone."), code="used")


def _give_back(member: Member, pieces: Sequence[Redemption], *, by: User, now: datetime) -> None:
    """The price returns, and bonus points that came of it go: refused when they are spent already."""
    references = [_reference(piece) for piece in pieces]
    entries = LedgerEntry.objects.filter(
        kind__in=[EntryKind.REDEMPTION, EntryKind.BONUS], reference__in=references
    )
    prices = [entry for entry in entries if entry.kind == EntryKind.REDEMPTION]
    bonuses = [entry for entry in entries if entry.kind == EntryKind.BONUS]
    post(member, [_reversal(entry, EntryKind.RETURNED, member, pieces, by, now) for entry in prices], now=now)
    if bonuses:
        check_spendable(member, sum(entry.points for entry in bonuses), now=now)
        post(member, [_reversal(e, EntryKind.UNDO, member, pieces, by, now) for e in bonuses], now=now)
        refresh_level(member, now=now)


def _reversal(
    entry: LedgerEntry,
    kind: EntryKind,
    member: Member,
    pieces: Sequence[Redemption],
    by: User,
    now: datetime,
) -> Posting:
    # An entry of a member who was merged into this one is not in this one's ledger: its points come back as
    # new ones.
    own = entry.member_id == member.pk
    renewed = None if own or entry.points > 0 else expiry_day(store_day(now), programme().expiry_months)
    return Posting(
        kind,
        -entry.points,
        entry.reference,
        reverses=entry if own else None,
        expires_on=renewed,
        branch=pieces[0].branch,
        place=Place(pieces[0].place),
        by=by,
        note=entry.note,
    )
