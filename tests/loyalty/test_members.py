"""Members are found by whatever is known of them, and edited by hand."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from loyalty.domain import add_member, edit_member, merge_members, standing_of
from loyalty.domain.programme import store_day
from loyalty.enums import RuleKind
from loyalty.models import EarningRule, Level, Member
from loyalty.queries.members import PAGE, find_members, search_members
from marketplace.common.errors import DomainError

Make = Callable[..., Member]


@pytest.mark.parametrize(
    "typed",
    [
        "0812345678",
        "081-234-5678",
        "+66 81 234 5678",
        "0066812345678",
        "66812345678",
        "๐๘๑๒๓๔๕๖๗๘",
        "۰۸۱۲۳۴۵۶۷۸",
        "345678",
        "Somsri Jaidee",
        "jaidee SOMSRI",
        "som",
        "somsri@people.example",
    ],
)
def test_a_member_is_found_by(typed: str, member: Member, make_member: Make) -> None:
    make_member(name="Another one")

    assert search_members(typed).members == [member]
    assert list(find_members(typed)) == [member]


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("สมศรี ใจดี", "ใจดี"),
        ("สมศรี ใจดี", "สม"),
        ("علی رضايي", "رضایی"),
        ("Nguyễn Văn Bê", "be"),
        ("Li Na", "li"),
    ],
)
def test_a_name_is_found_in_its_own_script(name: str, typed: str, make_member: Make) -> None:
    found = make_member(name=name)
    make_member(name="Another one")

    assert search_members(typed).members == [found]


def test_the_member_id_in_any_digits_comes_first(member: Member, make_member: Make) -> None:
    other = make_member(name=f"Guest of {member.number}")

    thai = member.number.translate(str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙"))

    assert search_members(thai).members == [member, other]


def test_nothing_typed_or_nobody_known_finds_nobody(member: Member) -> None:
    assert [search_members(text).members for text in ("", "  -  ", "nobody", "0899999999")] == [
        [],
        [],
        [],
        [],
    ]


def test_many_are_read_page_by_page(make_member: Make) -> None:
    made = [make_member(name=f"Somchai {number}") for number in range(PAGE + 3)]

    first = search_members("somchai")
    second = search_members("somchai", before=first.older)

    assert first.members + second.members == made[::-1]
    assert (len(first.members), second.older) == (PAGE, None)


def test_an_edit_is_found_and_in_force_at_once(levels: list[Level], member: Member) -> None:
    until = store_day() + timedelta(days=1)

    edit_member(member, name="Malee Dee", phone="+66811111111", hand_level=levels[2], hand_level_until=until)

    member.refresh_from_db()
    assert search_members("malee dee").members == [member]
    assert search_members("0811111111").members == [member]
    assert search_members("somsri jaidee").members == []
    assert member.level == levels[2]


def test_a_level_by_hand_whose_day_is_over_does_not_stand(levels: list[Level], member: Member) -> None:
    edit_member(member, hand_level=levels[2], hand_level_until=store_day() - timedelta(days=1))

    member.refresh_from_db()
    assert member.level == levels[0]


def test_a_phone_of_another_member_is_refused_with_what_to_do(member: Member, make_member: Make) -> None:
    other = make_member(name="Other")

    with pytest.raises(DomainError) as editing:
        edit_member(other, name="Changed", phone="+66812345678")
    with pytest.raises(DomainError) as adding:
        add_member(name="New", phone="+66812345678")

    other.refresh_from_db()
    assert (editing.value.code, adding.value.code, other.name) == ("phone_taken", "phone_taken", "Other")
    assert editing.value.extra == {"member": member.pk}
    assert editing.value.sentence == (
        f"This phone belongs to Somsri Jaidee (Member ID {member.number}). Open that member, or merge the "
        "two if they are one person."
    )
    assert Member.objects.count() == 2


def test_a_phone_left_with_who_was_merged_comes_over(member: Member, make_member: Make) -> None:
    other = make_member(phone="+66899999999")
    merge_members(member, other, by=None)

    edit_member(member, phone="+66899999999")

    member.refresh_from_db()
    other.refresh_from_db()
    assert (str(member.phone), other.phone) == ("+66899999999", None)


def test_a_member_added_by_hand_may_have_no_phone(programme: Any) -> None:
    first, second = add_member(name="One", phone=None), add_member(name="Two", phone=None)

    assert {first.phone, second.phone} == {None}
    assert first.number != second.number


def test_who_is_gone_is_not_edited(member: Member, make_member: Make) -> None:
    other = make_member(name="Other")
    merge_members(member, other, by=None)

    with pytest.raises(DomainError) as refusal:
        edit_member(other, name="Changed")

    other.refresh_from_db()
    assert (refusal.value.code, other.name) == ("merged", "Other")


# --- the level of who joins -------------------------------------------------------------------------------


def test_who_joins_has_the_lowest_level_or_the_one_by_hand(levels: list[Level], make_member: Make) -> None:
    past = store_day() - timedelta(days=1)

    members = [
        make_member(),
        make_member(hand_level=levels[2]),
        make_member(hand_level=levels[2], hand_level_until=past),
    ]

    assert [member.level for member in members] == [levels[0], levels[2], levels[0]]
    assert [Member.objects.get(pk=member.pk).level for member in members] == [
        standing_of(member).level for member in members
    ]


def test_who_joins_has_no_level_where_the_lowest_is_to_be_reached(
    levels: list[Level], make_member: Make
) -> None:
    levels[0].delete()

    assert make_member().level is None


def test_a_bonus_for_joining_at_the_lowest_level_is_given(levels: list[Level], make_member: Make) -> None:
    rule = EarningRule.objects.create(name="Welcome", kind=RuleKind.SIGN_UP, points=20)
    rule.levels.set([levels[0]])

    assert make_member().balance == 20
