"""Members: found, joined, and named."""

import secrets
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from phonenumber_field.phonenumber import PhoneNumber
from phonenumbers import NumberParseException

from accounts.models import User
from loyalty.domain.giving import give_sign_up_bonuses
from loyalty.domain.levels import refresh_level
from loyalty.models import Member
from loyalty.queries.members import searchable

READABLE = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # no 0/O, 1/I/L


def readable_code(length: int) -> str:
    """Random, and easy to read out."""
    return "".join(secrets.choice(READABLE) for _place in range(length))


def join(*, now: datetime | None = None, **fields: Any) -> Member:
    """A new member with the bonuses for joining; `fields` are Member's. Raises IntegrityError when the phone
    or the account has a member."""
    moment = now or timezone.now()
    with transaction.atomic():
        member = Member(**{"joined_at": moment, **fields}, number=_next_number())
        member.qr_token = secrets.token_urlsafe(16)
        member.invite_code = readable_code(8)
        member.search_text = searchable(member)
        member.save()
        refresh_level(member, now=moment)  # rules for joining may be for levels
        if give_sign_up_bonuses(member, now=moment):
            member.refresh_from_db(fields=["balance", "level"])
    return member


def member_of(user: User, *, phone: str = "") -> Member:
    """The account's member, made now if there is none.

    `phone` is one that the account's person has proven to have: a member with it and without an account
    becomes this account's.
    """
    found = Member.objects.filter(user=user).first()
    if found is not None:
        return found
    try:
        with transaction.atomic():
            claimed = _claim(user, phone) if phone else None
            return claimed or join(user=user, name=user.name, email=user.email, phone=_free(phone))
    except IntegrityError:  # made in another request meanwhile, or the phone went to somebody else
        found = Member.objects.filter(user=user).first()
        return found or member_of(user)


def member_of_buyer(user: User, *, phone: str = "") -> Member:
    """Who gets the points of what `user` bought. `phone` is the shop's word for who that is.

    A shop makes customers who cannot log in, each shop its own: their member is the one with that phone,
    and has no account until somebody proves to have the phone. Accounts are taken at their own word alone:
    a shop must not be able to give one the points of another.
    """
    found = Member.objects.filter(user=user).first()
    number = None if found or user.has_usable_password() else _phone_number(phone)
    if number is None:
        return found or member_of(user)
    known = Member.objects.filter(phone=number).select_related("merged_into")
    try:
        with transaction.atomic():
            member = known.first() or join(name=user.name, phone=number)
    except IntegrityError:  # made by another purchase meanwhile
        member = known.get()
    return member.merged_into or member  # a merged row may keep a phone of its own


def _phone_number(text: str) -> PhoneNumber | None:
    try:
        number = PhoneNumber.from_string(text)
    except NumberParseException:
        return None
    return number if number.is_valid() else None


def _claim(user: User, phone: str) -> Member | None:
    member = Member.objects.current().select_for_update().filter(phone=phone, user=None).first()
    if member is not None:
        member.user = user
        member.save(update_fields=["user"])
    return member


def _free(phone: str) -> str | None:
    return phone if phone and not Member.objects.filter(phone=phone).exists() else None


def _next_number() -> str:
    """Past the numbers that an import brought along."""
    with connection.cursor() as cursor:
        while True:
            cursor.execute("SELECT nextval('loyalty_member_number')")
            number = str(cursor.fetchone()[0])
            if not Member.objects.filter(number=number).exists():
                return number
