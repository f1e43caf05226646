"""A member is forgotten; the books stay whole."""

from collections.abc import Callable
from datetime import date

import pytest

from accounts.models import User
from loyalty.domain import check_balances, erase_member, join, merge_members
from loyalty.models import EarningRule, Member, Purchase
from loyalty.queries.members import search_members
from marketplace.common.errors import DomainError


def test_who_it_was_is_gone_and_the_ledger_stays(
    rule: EarningRule,
    member: Member,
    customer: User,
    buy: Callable[..., Purchase],
    ledger_of: Callable[[Member], list[tuple[str, int]]],
) -> None:
    member.user, member.birthday, member.address, member.note = customer, date(1990, 1, 1), "Here", "VIP"
    member.save()
    buy(1000)
    old_code = member.invite_code

    erase_member(member, typed_number=f" {member.number} ", by=None)

    member.refresh_from_db()
    assert (member.name, member.phone, member.email, member.birthday) == ("", None, "", None)
    assert (member.address, member.note, member.user, member.search_text) == ("", "", None, "")
    assert member.erased_at is not None
    assert member.invite_code != old_code
    assert (member.balance, ledger_of(member)) == (10, [("purchase", 10)])
    assert search_members("Somsri").members == []
    assert search_members(member.number).members == []
    assert join(phone="+66812345678").pk != member.pk
    assert check_balances().wrong == []


def test_those_who_were_merged_into_the_member_are_forgotten_too(
    member: Member, make_member: Callable[..., Member]
) -> None:
    other = make_member(name="Somsri again", phone="+66899999999")
    merge_members(member, other, by=None)

    erase_member(member, typed_number=member.number, by=None)

    other.refresh_from_db()
    assert (other.name, other.phone, other.erased_at is None) == ("", None, False)


def test_the_number_must_be_typed_and_may_be_in_thai_digits(member: Member) -> None:
    with pytest.raises(DomainError) as refusal:
        erase_member(member, typed_number="1", by=None)
    member.refresh_from_db()
    untouched = member.name

    erase_member(
        member, typed_number=member.number.translate(str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")), by=None
    )

    member.refresh_from_db()
    assert (refusal.value.code, untouched) == ("wrong_number", "Somsri Jaidee")
    assert member.name == ""
