"""What the operator offers for points: rewards and packages made and changed, and codes brought along."""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from loyalty.enums import RedemptionStatus
from loyalty.models import (
    Branch,
    Level,
    Offer,
    Package,
    PackageItem,
    Purchase,
    Redemption,
    Reward,
    RewardCode,
)
from marketplace.common.errors import DomainError
from marketplace.common.export import unguarded
from marketplace.common.images import Photo

# What a coupon is worth: it stays as it was redeemed, so these stay while somebody has one to use.
TERMS = ("kind", "discount", "percent", "minimum_order")

MAX_CODES = 20_000  # in one file
MAX_CODES_BYTES = 1024 * 1024
CODE_LENGTH = 60
_AT_ONCE = 1000
_COMMAS = str.maketrans("،;\t", ",,,")


@dataclass(frozen=True, slots=True)
class CodesAdded:
    """Of the codes in a file: new ones, ones that the reward had, and ones that came twice in the file."""

    added: int
    known: int
    repeated: int


def save_reward(
    reward: Reward,
    *,
    new_photo: Photo | None = None,
    levels: Iterable[Level],
    branches: Iterable[Branch],
    **fields: Any,
) -> Reward:
    """A new or changed reward. Refusals: `quantity` (fewer than are taken already), `terms`."""
    with transaction.atomic():
        _lock(reward, Reward.objects.all())
        changed = any(name in fields and fields[name] != getattr(reward, name) for name in TERMS)
        if reward.pk is not None and changed and has_open_redemptions(reward):
            raise DomainError(
                _(
                    "Members have this reward and have not used it yet: its type and discount stay."
                    " Switch it off and create a new one."
                ),
                code="terms",
            )
        _store(reward, fields, new_photo)
        reward.levels.set(levels)
        reward.branches.set(branches)
    return reward


def save_package(
    package: Package,
    *,
    items: Mapping[Reward, int],
    new_photo: Photo | None = None,
    levels: Iterable[Level],
    **fields: Any,
) -> Package:
    """A new or changed package with its rewards and how many of each. Refusals: `quantity`, `items`."""
    if not items:
        raise DomainError(_("Choose at least one reward."), code="items")
    with transaction.atomic():
        _lock(package, Package.objects.all())
        _store(package, fields, new_photo)
        package.levels.set(levels)
        package.items.all().delete()
        PackageItem.objects.bulk_create(
            PackageItem(package=package, reward=reward, quantity=quantity)
            for reward, quantity in items.items()
        )
    return package


def switch_offer(offer: Reward | Package, *, on: bool) -> None:
    """Off: nobody redeems it any more; what was redeemed stays good."""
    type(offer).objects.filter(pk=offer.pk).update(is_active=on)
    offer.is_active = on


def has_open_redemptions(reward: Reward) -> bool:
    """Also one that is on an order which is not completed: it comes back when that is cancelled."""
    completed = Purchase.objects.filter(reference=OuterRef("used_on"))
    on_order = Q(status=RedemptionStatus.USED, used_on__startswith="order:") & ~Exists(completed)
    mine = Redemption.objects.filter(reward=reward)
    return mine.filter(Q(status=RedemptionStatus.OPEN) | on_order).exists()


def read_codes(content: bytes) -> list[str]:
    """The first column of a text or CSV file, without empty lines, in its order, repeated ones too.

    UTF-8 (also with a byte order mark) or UTF-16. Refusals: `too_large`, `unreadable`, `too_many`,
    `too_long`, `empty`.
    """
    if len(content) > MAX_CODES_BYTES:
        raise DomainError(_("This file is larger than 1 MB. Split it."), code="too_large")
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise DomainError(
            _("This file is not a text. Save the codes as CSV (UTF-8), one in each line."), code="unreadable"
        ) from error
    if "\x00" in text:
        raise DomainError(
            _("This file is not a text. Save the codes as CSV (UTF-8), one in each line."), code="unreadable"
        )
    return _checked(row[0] for row in _rows(text))


def typed_codes(text: str) -> list[str]:
    """All codes in a typed text, in its order, repeated ones too: one in each line, or several with commas
    (or semicolons, or tabs) between them. A space may be within a code. Refusals as for `read_codes`."""
    return _checked(cell for row in _rows(text.translate(_COMMAS)) for cell in row)


def _checked(cells: Iterable[str]) -> list[str]:
    codes = [code for cell in cells if (code := unguarded(cell).strip())]
    if not codes:
        raise DomainError(_("There is no code in it. Write one in each line."), code="empty")
    if len(codes) > MAX_CODES:
        raise DomainError(
            _("At most %(count)s codes at a time. Split the file.") % {"count": MAX_CODES}, code="too_many"
        )
    for line, code in enumerate(codes, start=1):
        if len(code) > CODE_LENGTH:
            raise DomainError(
                _("Code %(line)s is longer than %(count)s characters: “%(code)s…”.")
                % {"line": line, "count": CODE_LENGTH, "code": code[:20]},
                code="too_long",
            )
    return codes


def add_codes(reward: Reward, codes: Iterable[str]) -> CodesAdded:
    """Brings along codes for the reward; those that it has, used ones too, are left out."""
    wanted = list(codes)
    fresh = list(dict.fromkeys(wanted))
    with transaction.atomic():
        Reward.objects.select_for_update().get(pk=reward.pk)
        known = set(reward.codes.filter(code__in=fresh).values_list("code", flat=True))
        new = [RewardCode(reward=reward, code=code) for code in fresh if code not in known]
        RewardCode.objects.bulk_create(new, batch_size=_AT_ONCE)
    return CodesAdded(added=len(new), known=len(known), repeated=len(wanted) - len(fresh))


def remove_free_codes(reward: Reward) -> int:
    """Takes away what nobody has; how many."""
    count, _by_model = reward.codes.filter(redemption=None).delete()
    return count


def _rows(text: str) -> list[list[str]]:
    try:
        return [row for row in csv.reader(io.StringIO(text, newline="")) if row]
    except csv.Error as error:
        raise DomainError(
            _("This file is not a text. Save the codes as CSV (UTF-8), one in each line."), code="unreadable"
        ) from error


def _lock(offer: Reward | Package, rows: "QuerySet[Any]") -> None:
    """As it is now: `taken` may have grown since the form was opened."""
    if offer.pk is not None:
        offer.refresh_from_db(from_queryset=rows.select_for_update())


def _store(offer: Offer, fields: Mapping[str, Any], new_photo: Photo | None) -> None:
    for name, value in fields.items():
        setattr(offer, name, value)
    if offer.quantity is not None and offer.quantity < offer.taken:
        raise DomainError(
            _("%(count)s are redeemed already: the quantity cannot be smaller.") % {"count": offer.taken},
            code="quantity",
        )
    if new_photo is not None:
        if offer.picture:
            transaction.on_commit(partial(offer.picture.storage.delete, str(offer.picture.name)), robust=True)
        offer.picture = new_photo.as_file()
    offer.save()
