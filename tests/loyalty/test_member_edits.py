"""Who changed what about a member by hand, when, from what to what."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from loyalty.domain import add_member, edit_member, erase_member, merge_members
from loyalty.domain.counter import link_phone
from loyalty.enums import Role
from loyalty.models import Level, Member, MemberEdit
from loyalty.queries.edits import edits_of
from marketplace.common.errors import DomainError

Make = Callable[..., Member]


def told(member: Member) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """(by, [(field, before, after)]), newest first."""
    return [
        (str(edit.by or ""), [(one.label, one.before, one.after) for one in edit.changes])
        for edit in edits_of(member)
    ]


def test_who_added_a_member_stands_at_the_beginning(operator: User) -> None:
    member = add_member(by=operator, name="Malee", phone="+66812345678")

    assert told(member) == [(str(operator), [("name", "", "Malee"), ("phone", "", "+66812345678")])]


def test_an_edit_keeps_what_it_changed_and_who_did_it(
    member: Member, levels: list[Level], operator: User
) -> None:
    edit_member(
        member,
        by=operator,
        name="Malee",
        phone="+66812345678",
        email="malee@people.example",
        birthday=date(1990, 5, 1),
        hand_level=levels[2],
    )
    edit_member(member, by=operator, birthday=None, hand_level=None)

    assert told(member) == [
        (str(operator), [("birthday", "1 May 1990", ""), ("level by hand", "Platinum", "")]),
        (
            str(operator),
            [
                ("name", "Somsri Jaidee", "Malee"),
                ("email", "somsri@people.example", "malee@people.example"),
                ("birthday", "", "1 May 1990"),
                ("level by hand", "", "Platinum"),
            ],
        ),
    ]


def test_an_edit_that_changes_nothing_or_is_refused_leaves_no_trace(
    member: Member, make_member: Make, operator: User
) -> None:
    other = make_member()

    edit_member(member, by=operator, name="Somsri Jaidee", phone="+66812345678", hand_level=None)
    with pytest.raises(DomainError):
        edit_member(other, by=operator, name="Changed", phone="+66812345678")

    assert not MemberEdit.objects.exists()


def test_a_phone_that_staff_put_on_a_card_and_a_merge_are_told_too(
    member: Member, make_member: Make, operator: User
) -> None:
    card, other = make_member(phone=None, name="Nid"), make_member(name="Noi")

    link_phone(card, "+66899999999", by=operator)
    merge_members(card, other, by=operator)

    assert told(card) == [
        (str(operator), [("merged into", "", card.number)]),
        (str(operator), [("phone", "", "+66899999999")]),
    ]


def test_what_a_merge_fills_in_is_told(member: Member, make_member: Make, operator: User) -> None:
    card = make_member(phone=None, name="")

    merge_members(card, member, by=operator)

    assert told(card) == [
        (str(operator), [("phone", "+66812345678", ""), ("merged into", "", card.number)]),
        (
            str(operator),
            [
                ("name", "", "Somsri Jaidee"),
                ("phone", "", "+66812345678"),
                ("email", "", "somsri@people.example"),
            ],
        ),
    ]


def test_erasing_blanks_the_values_and_says_who_did_it(
    member: Member, make_member: Make, operator: User
) -> None:
    other = make_member(name="Somsri J.")
    edit_member(member, by=operator, name="Malee")
    edit_member(other, by=operator, name="Malee too")
    merge_members(member, other, by=operator)

    erase_member(member, typed_number=member.number, by=operator)

    kept = str(list(MemberEdit.objects.values_list("changes", flat=True)))
    assert ("Malee" in kept, "Somsri" in kept, "+66" in kept) == (False, False, False)
    by, changes = told(member)[0]
    assert (by, [label for label, _before, _after in changes]) == (str(operator), ["erased"])
    assert [label for _by, changes in told(member)[1:] for label, *_values in changes] == [
        "merged into",
        "name",
        "name",
    ]


# --- pages ----------------------------------------------------------------------------------------------


def change(client: Client, member: Member, name: str) -> Any:
    fields = {"name": name, "phone": "0812345678", "email": "somsri@people.example"}
    return client.post(reverse("loyalty:edit_member", args=[member.pk]), fields, follow=True)


def test_member_detail_shows_the_changes(admin_client: Client, member: Member) -> None:
    page = change(admin_client, member, "<b>Malee</b>").content.decode()

    assert "Changes by hand" in page
    assert "Somsri Jaidee" in page
    assert "&lt;b&gt;Malee&lt;/b&gt;" in page
    assert MemberEdit.objects.get().by == User.objects.get(username="chief")


def test_the_activity_log_shows_the_changes_of_all_members_with_as_many_queries(
    admin_client: Client, member: Member, make_member: Make, django_assert_num_queries: Any
) -> None:
    address = reverse("loyalty:member_changes")
    change(admin_client, member, "Malee")
    admin_client.get(address)
    with django_assert_num_queries(3):
        admin_client.get(address)
    change(admin_client, member, "Mali"), change(admin_client, member, "Malai")

    with django_assert_num_queries(3):
        page = admin_client.get(address)

    assert [edit.member for edit in page.context["edits"]] == [member] * 3
    assert [one.after for edit in page.context["edits"] for one in edit.changes] == ["Malai", "Mali", "Malee"]
    assert reverse("loyalty:member", args=[member.pk]) in page.content.decode()


def test_older_changes_are_on_the_next_page(admin_client: Client, member: Member) -> None:
    for number in range(51):
        edit_member(member, name=f"Name {number}")
    address = reverse("loyalty:member_changes")

    first = admin_client.get(address)
    second = admin_client.get(address, {"after": first.context["next"]})

    assert [len(page.context["edits"]) for page in (first, second)] == [50, 1]
    assert second.context["edits"][0].changes[0].after == "Name 0"


def test_staff_do_not_see_who_changed_whom(
    make_backoffice: Callable[..., User], client_of: Callable[[User], Client], member: Member
) -> None:
    response = client_of(make_backoffice("staff", Role.STAFF)).get(reverse("loyalty:member_changes"))

    assert response.status_code == 404
