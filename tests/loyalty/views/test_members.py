"""4.1 Member Detail in the backoffice."""

import csv
import html
import io
import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from loyalty.domain import edit_member, refund
from loyalty.domain.programme import store_day
from loyalty.enums import EntryKind, Role
from loyalty.models import EarningRule, LedgerEntry, Level, Member, Purchase

Make = Callable[..., Member]
Buy = Callable[..., Purchase]


def text_of(response: Any) -> str:
    return response.content.decode()


def filled(**fields: Any) -> dict[str, Any]:
    return {"name": "", "phone": "", "email": "", "birthday": "", "address": "", "note": ""} | fields


def test_a_member_found_by_thai_digits_stands_with_edit_at_the_right(
    admin_client: Client, member: Member, make_member: Make
) -> None:
    make_member(name="Another one")

    page = text_of(admin_client.get(reverse("loyalty:members"), {"q": "๐๘๑-๒๓๔-๕๖๗๘"}))

    assert "Somsri Jaidee" in page
    assert "Another one" not in page
    assert reverse("loyalty:edit_member", args=[member.pk]) in page
    assert "No customer data found." not in page


def test_nobody_found_says_so(admin_client: Client, member: Member) -> None:
    page = text_of(admin_client.get(reverse("loyalty:members"), {"q": "nobody"}))

    assert "No customer data found." in page


def test_the_list_costs_the_same_with_one_row_and_three(
    admin_client: Client, make_member: Make, django_assert_num_queries: Any
) -> None:
    make_member(name="Somchai")
    url = reverse("loyalty:members")
    admin_client.get(url, {"q": "somchai"})
    with django_assert_num_queries(4):
        admin_client.get(url, {"q": "somchai"})
    make_member(name="Somchai"), make_member(name="Somchai")

    with django_assert_num_queries(4):
        page = text_of(admin_client.get(url, {"q": "somchai"}))

    assert page.count('class="member-row"') == 3


def test_a_member_is_added_by_hand(admin_client: Client, programme: Any, levels: list[Level]) -> None:
    until = store_day() + timedelta(days=30)
    fields = filled(name="สมชาย", phone="๐๘๙-๑๑๑-๒๒๓๓", hand_level=levels[1].pk, hand_level_until=until)

    response = admin_client.post(reverse("loyalty:add_member"), fields)

    added = Member.objects.get()
    assert response.headers["Location"] == reverse("loyalty:member", args=[added.pk])
    assert (added.name, str(added.phone), added.level) == ("สมชาย", "+66891112233", levels[1])


def test_a_saved_edit_shows_at_once(admin_client: Client, member: Member) -> None:
    fields = filled(name="Malee", phone="0812345678", email="malee@people.example", birthday="1990-05-01")

    response = admin_client.post(reverse("loyalty:edit_member", args=[member.pk]), fields, follow=True)

    member.refresh_from_db()
    assert (member.name, member.email, str(member.birthday)) == (
        "Malee",
        "malee@people.example",
        "1990-05-01",
    )
    assert "Malee" in text_of(response)
    assert "Malee" in text_of(admin_client.get(reverse("loyalty:members"), {"q": "0812345678"}))


def opened(client: Client, member: Member) -> dict[str, Any]:
    """What the page of Edit member would send, unchanged."""
    return opened_again(client.get(reverse("loyalty:edit_member", args=[member.pk])))


def opened_again(response: Any) -> dict[str, Any]:
    form = text_of(response)
    sent = {name: html.unescape(value) for name, value in _INPUT.findall(form)}
    sent |= {
        name: html.unescape(text).removeprefix("\r\n").removeprefix("\n")
        for name, text in _AREA.findall(form)
    }
    return {"hand_level": "", **sent}


_INPUT = re.compile(r'<input type="(?:text|email|hidden)" name="([-\w]+)"(?: value="([^"]*)")?')
_AREA = re.compile(r'<textarea name="(\w+)"[^>]*>([^<]*)</textarea>')


def test_an_edit_writes_what_was_changed_and_leaves_what_others_wrote_meanwhile(
    admin_client: Client, levels: list[Level], make_member: Make
) -> None:
    """As a phone that was put on the card at the counter while the page stood open."""
    member = make_member(phone=None, name="Somsri", note="One\nTwo", birthday=date(1990, 5, 1))
    page = opened(admin_client, member)
    edit_member(member, phone="+66812345678", hand_level=levels[2], birthday=None, email="new@people.example")

    response = admin_client.post(
        reverse("loyalty:edit_member", args=[member.pk]), page | {"address": "99 Rama I"}
    )

    member.refresh_from_db()
    assert response.status_code == 302
    assert (str(member.phone), member.level, member.birthday, member.email) == (
        "+66812345678",
        levels[2],
        None,
        "new@people.example",
    )
    assert (member.name, member.address, member.note) == ("Somsri", "99 Rama I", "One\nTwo")


@pytest.mark.parametrize("before", ["+66812345678", "+989121234567"])
def test_a_phone_that_only_one_person_changes_is_changed(
    before: str, admin_client: Client, make_member: Make
) -> None:
    member = make_member(phone=before)
    page = opened(admin_client, member)

    response = admin_client.post(
        reverse("loyalty:edit_member", args=[member.pk]), page | {"name": "Malee", "phone": "0899999999"}
    )

    member.refresh_from_db()
    assert (response.status_code, member.name, str(member.phone)) == (302, "Malee", "+66899999999")


@pytest.mark.parametrize("language", ["en", "th", "fa"])
def test_what_somebody_else_changed_meanwhile_is_shown_before_it_is_written_over(
    language: str, admin_client: Client, member: Member
) -> None:
    Member.objects.update(birthday=date(1990, 5, 1))
    admin_client.post("/admin/language/save/", {"language": language})
    address = reverse("loyalty:edit_member", args=[member.pk])
    page = opened(admin_client, member)
    edit_member(member, note="By another", name="Malee", birthday=date(1990, 6, 1))
    mine = page | {"note": "By me", "name": "Malai", "birthday": "1990-07-01"}

    refused = admin_client.post(address, mine)
    member.refresh_from_db()
    then = (member.note, member.name, member.birthday)
    again = opened_again(refused)
    saved = admin_client.post(address, again)

    member.refresh_from_db()
    assert (refused.status_code, then) == (422, ("By another", "Malee", date(1990, 6, 1)))
    assert set(refused.context["form"].errors) == {"note", "name", "birthday"}
    assert [again[name] for name in ("note", "name")] == ["By me", "Malai"]
    if language == "en":
        sentences = refused.context["form"].errors
        assert sentences["name"] == [
            "Somebody else wrote “Malee” here meanwhile. Save again to write yours over it."
        ]
        assert "“1 June 1990”" in sentences["birthday"][0].replace("Jun ", "June ")
    assert saved.status_code == 302
    assert (member.note, member.name, member.birthday) == ("By me", "Malai", date(1990, 7, 1))


def test_what_was_emptied_meanwhile_is_told_and_what_both_wrote_alike_is_no_quarrel(
    admin_client: Client, member: Member, levels: list[Level]
) -> None:
    address = reverse("loyalty:edit_member", args=[member.pk])
    page = opened(admin_client, member)
    edit_member(member, email="", name="Malee", hand_level=levels[1])

    refused = admin_client.post(address, page | {"email": "me@people.example", "name": "Malee"})
    alike = admin_client.post(address, page | {"email": "", "name": "Malee", "hand_level": levels[1].pk})

    member.refresh_from_db()
    assert refused.context["form"].errors == {
        "email": ["Somebody else emptied this meanwhile. Save again to write yours."]
    }
    assert (alike.status_code, member.email, member.name, member.hand_level) == (302, "", "Malee", levels[1])


def test_a_level_by_hand_and_its_day_are_changed_as_one(
    admin_client: Client, member: Member, levels: list[Level]
) -> None:
    until = store_day() + timedelta(days=30)
    edit_member(member, hand_level=levels[1], hand_level_until=until)
    address = reverse("loyalty:edit_member", args=[member.pk])
    page = opened(admin_client, member) | {"hand_level": levels[1].pk}
    edit_member(member, hand_level_until=until + timedelta(days=1))

    refused = admin_client.post(address, page | {"hand_level": levels[2].pk})
    emptied = admin_client.post(address, opened_again(refused) | {"hand_level": ""})

    member.refresh_from_db()
    assert set(refused.context["form"].errors) == {"hand_level_until"}
    assert emptied.status_code == 302
    assert (member.hand_level, member.hand_level_until) == (None, None)


def test_a_phone_of_somebody_else_is_refused_and_nothing_typed_is_lost(
    admin_client: Client, member: Member, make_member: Make
) -> None:
    other = make_member(name="Other")

    response = admin_client.post(
        reverse("loyalty:edit_member", args=[other.pk]), filled(name="Typed name", phone="0812345678")
    )

    other.refresh_from_db()
    assert (response.status_code, other.name) == (422, "Other")
    assert f"This phone belongs to Somsri Jaidee (Member ID {member.number})" in text_of(response)
    assert 'value="Typed name"' in text_of(response)


@pytest.mark.parametrize("field", ["hand_level_until", "birthday"])
def test_impossible_days_are_refused(
    field: str, admin_client: Client, member: Member, levels: list[Level]
) -> None:
    day = store_day() + timedelta(days=-1 if field == "hand_level_until" else 1)
    fields = filled(name="Typed name", hand_level=levels[1].pk, **{field: day})

    response = admin_client.post(reverse("loyalty:edit_member", args=[member.pk]), fields)

    member.refresh_from_db()
    assert (response.status_code, member.name) == (422, "Somsri Jaidee")


def test_a_member_whose_level_by_hand_is_over_can_be_edited(
    admin_client: Client, member: Member, levels: list[Level]
) -> None:
    """As long as nothing of that level is changed."""
    over = store_day() - timedelta(days=1)
    Member.objects.update(hand_level=levels[1], hand_level_until=over)
    address = reverse("loyalty:edit_member", args=[member.pk])

    renamed = admin_client.post(
        address, filled(name="New name", hand_level=levels[1].pk, hand_level_until=over)
    )
    raised = admin_client.post(address, filled(name="No", hand_level=levels[2].pk, hand_level_until=over))
    earlier = admin_client.post(
        address,
        filled(name="No", hand_level=levels[1].pk, hand_level_until=over - timedelta(days=1)),
    )

    member.refresh_from_db()
    assert [answer.status_code for answer in (renamed, raised, earlier)] == [302, 422, 422]
    assert (member.name, member.hand_level, member.hand_level_until) == ("New name", levels[1], over)


def test_the_page_says_why_of_every_point_and_of_the_level(
    admin_client: Client, rule: EarningRule, levels: list[Level], member: Member, buy: Buy
) -> None:
    buy(1500)
    buy(250)

    page = text_of(admin_client.get(reverse("loyalty:member", args=[member.pk])))

    assert "Why 18 points?" in page  # 15, and 2 × 1.5 at Gold
    assert "“Spend” gave 15 points: ฿1,500 at 1 point for each ฿100, down to whole points." in page
    assert "“Gold” gave 1 point: At this level points count 1.5 times." in page
    assert "Why Gold?" in page
    assert "Missing to Platinum" in page
    assert "฿3,250" in page


def test_the_page_shows_what_people_wrote_and_no_key_of_the_ledger(
    admin_client: Client, member: Member, rule: EarningRule, buy: Buy
) -> None:
    purchase = buy(1000, reference="order:87", name="100034")
    refund(purchase, amount=Decimal(500), reference="demo:49", by=None)
    for reference in ("INV-2569-1", "batch:7:2"):
        LedgerEntry.objects.create(
            member=member, kind=EntryKind.ADJUSTMENT, points=5, reference=reference, batch_id=7
        )
    LedgerEntry.objects.create(
        member=member, kind=EntryKind.REDEMPTION, points=-3, reference="redemption:1", note="Tea"
    )

    page = text_of(admin_client.get(reverse("loyalty:member", args=[member.pk])))

    assert all(words in page for words in ("order 100034", "INV-2569-1", "Redeemed for “Tea”."))
    assert not re.findall(r"(?:order|demo|redemption|batch):\d+", page)


def test_the_page_costs_the_same_with_one_purchase_and_three(
    admin_client: Client, rule: EarningRule, member: Member, buy: Buy, django_assert_num_queries: Any
) -> None:
    url = reverse("loyalty:member", args=[member.pk])
    buy(1000)
    admin_client.get(url)
    with django_assert_num_queries(16):
        admin_client.get(url)
    buy(1000), buy(1000)

    with django_assert_num_queries(16):
        page = text_of(admin_client.get(url))

    assert page.count('class="ledger-why"') == 3


def test_entries_of_one_kind_keep_the_true_balance(
    admin_client: Client, rule: EarningRule, member: Member, buy: Buy
) -> None:
    first = buy(1000)
    admin_client.post(
        reverse("loyalty:refund_purchase", args=[first.pk]),
        {"amount": "500", "reason": "Broken", "form_token": uuid4()},
    )
    buy(300)

    response = admin_client.get(reverse("loyalty:member", args=[member.pk]), {"kind": "refund"})

    assert [(line.entry.points, line.running) for line in response.context["lines"]] == [(-5, 5)]
    assert "“Broken”" in text_of(response)


def test_a_refund_sent_twice_goes_back_once(
    admin_client: Client, rule: EarningRule, member: Member, buy: Buy
) -> None:
    purchase = buy(1000)
    form = {"amount": "۴۰۰", "reason": "Returned", "form_token": uuid4()}
    url = reverse("loyalty:refund_purchase", args=[purchase.pk])

    first, second = admin_client.post(url, form), admin_client.post(url, form)

    purchase.refresh_from_db()
    member.refresh_from_db()
    assert (
        first.headers["Location"] == second.headers["Location"] == reverse("loyalty:member", args=[member.pk])
    )
    assert (purchase.refunded, member.balance) == (Decimal(400), 6)


def test_a_refused_refund_of_an_older_purchase_comes_back_with_what_was_typed(
    admin_client: Client, rule: EarningRule, member: Member, buy: Buy
) -> None:
    purchases = [buy(100) for _number in range(12)]

    response = admin_client.post(
        reverse("loyalty:refund_purchase", args=[purchases[0].pk]),
        {"amount": "101", "reason": "Cracked cup", "form_token": uuid4()},
    )

    [(shown, form)] = response.context["purchases"]
    assert (response.status_code, shown) == (422, purchases[0])
    assert (form["amount"].value(), form["reason"].value()) == ("101", "Cracked cup")
    assert "Cracked cup" in response.content.decode()


def test_a_refund_of_more_than_was_paid_is_refused_with_what_was_typed(
    admin_client: Client, rule: EarningRule, member: Member, buy: Buy
) -> None:
    purchase = buy(1000)

    response = admin_client.post(
        reverse("loyalty:refund_purchase", args=[purchase.pk]),
        {"amount": "1001", "reason": "Too much", "form_token": uuid4()},
    )

    purchase.refresh_from_db()
    assert (response.status_code, purchase.refunded, LedgerEntry.objects.count()) == (422, 0, 1)
    assert "of this purchase can go back." in text_of(response)
    assert 'value="Too much"' in text_of(response)


@pytest.mark.django_db
def test_the_ledger_is_exported_oldest_first_with_its_balance(
    admin_client: Client, rule: EarningRule, member: Member, buy: Buy
) -> None:
    buy(1000), buy(200)

    response = admin_client.get(reverse("loyalty:export_member", args=[member.pk]), {"format": "csv"})

    content = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    rows = list(csv.reader(io.StringIO(content)))[1:]
    assert [(row[1], row[2], row[3]) for row in rows] == [("Purchase", "10", "10"), ("Purchase", "2", "12")]
    assert (
        admin_client.get(reverse("loyalty:export_member", args=[member.pk]), {"format": "pdf"}).status_code
        == 404
    )


def test_members_are_merged_after_a_preview(
    admin_client: Client, rule: EarningRule, member: Member, make_member: Make, buy: Buy
) -> None:
    other = make_member(name="Somsri J.")
    buy(1000), buy(500, of=other)
    url = reverse("loyalty:merge_members", args=[member.pk])

    search = text_of(admin_client.get(url, {"q": "somsri"}))
    preview = admin_client.get(url, {"other": other.pk})
    response = admin_client.post(
        reverse("loyalty:confirm_merge", args=[member.pk]), {"other": other.pk}, follow=True
    )

    member.refresh_from_db()
    assert f"?other={other.pk}" in search
    assert f"?other={member.pk}" not in search
    assert preview.context["preview"].points == 15
    assert member.balance == 15
    assert f"Came over from Member ID {other.number}" in text_of(response)
    assert admin_client.get(reverse("loyalty:edit_member", args=[other.pk])).status_code == 404


def test_a_refused_merge_says_why_and_changes_nothing(
    admin_client: Client, make_member: Make, customer: User, agent: User
) -> None:
    kept, other = make_member(user=customer), make_member(user=agent)

    response = admin_client.post(reverse("loyalty:confirm_merge", args=[kept.pk]), {"other": other.pk})

    other.refresh_from_db()
    assert (response.status_code, other.merged_into) == (422, None)
    assert "Both have an account to log in with" in text_of(response)


def test_erasing_needs_the_member_id(admin_client: Client, member: Member) -> None:
    url = reverse("loyalty:erase_member", args=[member.pk])

    refused = admin_client.post(url, {"number": "1"})
    member.refresh_from_db()
    untouched = member.name
    done = admin_client.post(url, {"number": member.number})

    member.refresh_from_db()
    assert (refused.status_code, untouched, done.status_code, member.name) == (422, "Somsri Jaidee", 302, "")
    assert "erased on" in text_of(admin_client.get(reverse("loyalty:member", args=[member.pk])))


def test_staff_at_the_counter_do_not_find_the_pages(
    make_backoffice: Callable[..., User], client_of: Callable[[User], Client], member: Member, buy: Buy
) -> None:
    staff = client_of(make_backoffice("till", Role.STAFF))
    purchase = buy(100)

    found = [
        staff.get(reverse("loyalty:members")).status_code,
        staff.get(reverse("loyalty:member", args=[member.pk])).status_code,
        staff.post(reverse("loyalty:erase_member", args=[member.pk]), {"number": member.number}).status_code,
        staff.post(
            reverse("loyalty:refund_purchase", args=[purchase.pk]),
            {"amount": "100", "reason": "x", "form_token": uuid4()},
        ).status_code,
    ]

    member.refresh_from_db()
    purchase.refresh_from_db()
    assert found == [404, 404, 404, 404]
    assert (member.name, purchase.refunded) == ("Somsri Jaidee", 0)
