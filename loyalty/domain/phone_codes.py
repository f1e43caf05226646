"""A member's own phone, proven by a code: it claims what was collected by that phone before.

The code lives in the cache: while Redis is away none can be sent or proven, so none can be guessed either.
"""

import secrets

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Provider, User
from loyalty.domain.audit import as_written, note_edit
from loyalty.domain.ledger import lock_families
from loyalty.domain.member_edits import edit_member
from loyalty.domain.members import member_of
from loyalty.domain.merging import merge_members
from loyalty.domain.programme import programme
from loyalty.models import Member
from loyalty.queries.members import searchable
from marketplace.common.errors import DomainError
from marketplace.common.limits import may_do
from marketplace.notify.sms import gateway_of, notify_sms

LASTS_SECONDS = 600
TRIES = 5
# For each account, and for each phone, whoever asks.
SENT_TIMES, SENT_SECONDS = 3, 3600


def can_send_codes() -> bool:
    """Whether the store has a gateway for SMS."""
    shop = _shop()
    gateway = gateway_of(shop) if shop else None
    return gateway is not None and gateway.is_on


def send_code(user: User, phone: str) -> None:
    """Six digits go to `phone` (E.164), whether or not somebody has it: so nothing is told about others.
    Refused with `no_sms` or `too_often`; a new code ends the one before."""
    shop = _shop()
    if shop is None or not can_send_codes():
        raise DomainError(_("Show your card at the counter: there your phone is put on it."), code="no_sms")
    allowed = [
        may_do("loyalty-code", key, times=SENT_TIMES, seconds=SENT_SECONDS) for key in (user.pk, phone)
    ]
    if not all(allowed):
        raise DomainError(_("Too many codes were sent. Wait an hour, then try again."), code="too_often")
    code = f"{secrets.randbelow(10**6):06}"
    cache.set(_key(user), {"phone": phone, "code": code}, LASTS_SECONDS)
    text = gettext("%(code)s is your code for your points at %(store)s. It is good for 10 minutes.")
    notify_sms(
        shop,
        phone,
        "loyalty_code",
        f"loyalty-code:{user.pk}:{secrets.token_hex(8)}",
        text=text % {"code": code, "store": programme()},
        recipient=user,
        language=get_language() or "",
    )


def asked_phone(user: User) -> str:
    """To which phone a code is on its way; "" for none."""
    return str((cache.get(_key(user)) or {}).get("phone", ""))


def prove_phone(user: User, code: str) -> Member:
    """The account's member with its proven phone, and with all that was collected by it.

    Refused with `code_over`, `code_wrong`, or `phone_taken` when another account has it.
    """
    kept = cache.get(_key(user))
    if kept is None or not may_do("loyalty-code-try", user.pk, times=TRIES, seconds=LASTS_SECONDS):
        cache.delete(_key(user))
        raise DomainError(_("This code is over. Send a new one."), code="code_over")
    if not secrets.compare_digest(str(kept["code"]).encode(), code.strip().encode()):
        raise DomainError(_("This is not the code that was sent. Look at it again."), code="code_wrong")
    member = _give_phone(user, kept["phone"])
    cache.delete(_key(user))
    return member


@transaction.atomic
def _give_phone(user: User, phone: str) -> Member:
    """Whole or not at all: a phone that cannot be given stays with who has it."""
    row = Member.objects.filter(phone=phone).select_related("merged_into").first()
    holder = row and (row.merged_into or row)
    is_anothers = holder is not None and holder.user_id not in (None, user.pk)
    if is_anothers and holder == row:
        raise _of_another_account()
    member = member_of(user, phone=phone)
    if is_anothers and holder is not None:
        _take_spare(phone, holder, member, by=user)
        holder = None
    if holder is not None and holder.pk != member.pk:
        return merge_members(member, holder, by=user)
    if str(member.phone or "") == phone:
        return member
    try:
        return edit_member(member, phone=phone, by=user)
    except DomainError as error:  # went to somebody else meanwhile: who that is, is for the backoffice alone
        raise _of_another_account() if error.code == "phone_taken" else error from error


def _take_spare(phone: str, holder: Member, member: Member, *, by: User) -> None:
    """A phone that `holder` kept beside their own, and a number comes to new people: who proves it has it."""
    locked = lock_families(holder.pk, member.pk)
    row = next((one for one in locked.values() if one.phone == phone), None)
    if row is None or row.merged_into_id != holder.pk:
        return  # it went elsewhere meanwhile
    before = as_written(row)
    row.phone = None
    row.save(update_fields=["phone"])
    note_edit(row, before, by=by)
    kept = locked[holder.pk]
    kept.search_text = searchable(kept)
    kept.save(update_fields=["search_text"])


def _of_another_account() -> DomainError:
    return DomainError(
        _("Another account has this phone. Log in with that one, or ask at the counter."), code="phone_taken"
    )


def _shop() -> Provider | None:
    """The shop whose gateway the store sends its own SMS through."""
    slug = settings.LOYALTY_SMS_SHOP
    return Provider.objects.filter(slug=slug).first() if slug else None


def _key(user: User) -> str:
    return f"loyalty-code:{user.pk}"
