"""3.2 Reward Setup, as the manual tells it, and the codes and redemptions of a reward."""

import io
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4
from zipfile import ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.models import User
from loyalty.domain import redeem, use_coupon
from loyalty.enums import Place, Role
from loyalty.models import Branch, LedgerEntry, Level, Member, Programme, Redemption, Reward, RewardCode
from tests.support.pictures import a_picture

LIST, ADD = "/admin/rewards/", "/admin/rewards/add/"
# The manual's own example: 500 points are 50 baht off.
FILLED = {
    "name": "50 baht off",
    "details": "At every branch.",
    "points": "500",
    "quantity": "100",
    "kind": "coupon",
    "discount": "50",
    "no_expiry": "on",
    "code_source": "generated",
    "is_active": "on",
}


@pytest.fixture
def reward(programme: Programme) -> Reward:
    return Reward.objects.create(name="50 baht off", kind="coupon", points=10, discount=50, quantity=100)


@pytest.fixture
def taken(reward: Reward, member: Member) -> Callable[..., Redemption]:
    def take() -> Redemption:
        Reward.objects.filter(pk=reward.pk).update(points=0)
        return redeem(member, reward, place=Place.ONLINE, form_token=uuid4())

    return take


def text(response: Any) -> str:
    body: str = response.content.decode()
    return body


def test_a_reward_is_created_as_the_manual_says(admin_client: Client, programme: Programme) -> None:
    listed = text(admin_client.get(LIST))
    form = text(admin_client.get(ADD))

    saved = admin_client.post(ADD, FILLED, follow=True)

    reward = Reward.objects.get()
    assert "Create New Reward" in listed
    assert [word in form for word in ("Reward Name", "Points needed", "Quantity available")] == [True] * 3
    assert [word in form for word in ("Discount coupon", "Free product", "Bonus points", "Special gift")] == [
        True
    ] * 4
    assert [word in form for word in ("Start date", "End date", "No Expiry", "500×500 px")] == [True] * 4
    assert saved.redirect_chain == [(LIST, 302)]
    assert "“50 baht off” is saved." in text(saved)
    assert (reward.points, reward.quantity, reward.kind, reward.discount) == (500, 100, "coupon", Decimal(50))
    assert (reward.starts_on, reward.ends_on, reward.is_active) == (None, None, True)


def test_thai_digits_and_the_readers_calendar_are_read(admin_client: Client, programme: Programme) -> None:
    admin_client.cookies["django_language"] = "th"
    User.objects.update(language="th")

    admin_client.post(
        ADD,
        FILLED | {"points": "๑,๐๐๐", "starts_on": "01/12/2569", "ends_on": "31/12/2569", "no_expiry": ""},
    )

    reward = Reward.objects.get()
    assert (reward.points, reward.starts_on, reward.ends_on) == (
        1000,
        date(2026, 12, 1),
        date(2026, 12, 31),
    )


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": ""}, "This field is required."),
        ({"no_expiry": ""}, "Choose the end date, or tick “No Expiry”."),
        (
            {"no_expiry": "", "starts_on": "2026-12-02", "ends_on": "2026-12-01"},
            "This day is before the first one. Choose a later day.",
        ),
        ({"discount": ""}, "Write the discount: an amount or a percentage."),
        ({"percent": "10"}, "Write an amount or a percentage, not both."),
        ({"kind": "points", "bonus": ""}, "Write how many points it gives."),
        ({"kind": "car"}, "Select a valid choice. car is not one of the available choices."),
        ({"points": "-1"}, "Ensure this value is greater than or equal to 0."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    admin_client: Client, programme: Programme, changes: dict[str, str], sentence: str
) -> None:
    response = admin_client.post(ADD, FILLED | changes)

    page = text(response)
    assert (response.status_code, sentence in page) == (422, True)
    assert "At every branch." in page
    assert not Reward.objects.exists()


def test_fields_of_other_types_are_left_out(admin_client: Client, programme: Programme) -> None:
    admin_client.post(ADD, FILLED | {"kind": "product", "percent": "abc", "minimum_order": "5"})

    reward = Reward.objects.get()
    assert (reward.kind, reward.discount, reward.percent, reward.minimum_order) == ("product", None, None, 0)


def test_its_picture_is_made_anew_and_outlives_an_error_elsewhere(
    admin_client: Client, programme: Programme
) -> None:
    photo = SimpleUploadedFile("gift.png", a_picture(), content_type="image/png")

    refused = admin_client.post(ADD, FILLED | {"name": "", "picture": photo})
    token = refused.context["form"].data["kept_picture"]
    admin_client.post(ADD, FILLED | {"kept_picture": token})

    reward = Reward.objects.get()
    assert "Your picture is kept" in text(refused)
    assert str(reward.picture.name).startswith("rewards/")
    assert b"".join(admin_client.get(reward.picture.url).streaming_content).startswith(b"\xff\xd8")  # a JPEG


def test_a_file_that_is_no_picture_is_refused(admin_client: Client, programme: Programme) -> None:
    response = admin_client.post(ADD, FILLED | {"picture": SimpleUploadedFile("a.png", b"not a picture")})

    assert "This file is not a photo: choose a JPEG, PNG or WebP." in text(response)
    assert not Reward.objects.exists()


def test_who_may_see_it_is_kept_and_changed(
    admin_client: Client, reward: Reward, levels: list[Level], branch: Branch
) -> None:
    address = f"/admin/rewards/{reward.pk}/"

    admin_client.post(address, FILLED | {"levels": [levels[1].pk, levels[2].pk], "branches": [branch.pk]})
    first = (list(reward.levels.all()), list(reward.branches.all()))
    admin_client.post(address, FILLED | {"name": "Renamed"})

    reward.refresh_from_db()
    assert first == ([levels[1], levels[2]], [branch])
    assert (reward.name, reward.levels.count(), reward.branches.count()) == ("Renamed", 0, 0)


def test_a_form_sent_unchanged_changes_nothing(admin_client: Client, reward: Reward) -> None:
    Reward.objects.filter(pk=reward.pk).update(taken=7, starts_on="2026-11-01", ends_on="2026-12-31")
    form = admin_client.get(f"/admin/rewards/{reward.pk}/").context["form"]
    before = Reward.objects.filter(pk=reward.pk).values().get()

    sent = {
        name: form[name].value() for name in form.fields if form[name].value() not in (None, "", [], False)
    }
    admin_client.post(f"/admin/rewards/{reward.pk}/", sent)

    assert Reward.objects.filter(pk=reward.pk).values().get() == before


def test_the_quantity_is_never_smaller_than_what_is_redeemed(admin_client: Client, reward: Reward) -> None:
    Reward.objects.filter(pk=reward.pk).update(taken=7)

    response = admin_client.post(f"/admin/rewards/{reward.pk}/", FILLED | {"quantity": "6"})

    reward.refresh_from_db()
    assert (response.status_code, reward.quantity) == (422, 100)
    assert "7 are redeemed already: the quantity cannot be smaller." in text(response)


def test_what_a_coupon_is_worth_stays_while_somebody_has_one(
    admin_client: Client, reward: Reward, taken: Callable[..., Redemption], operator: User
) -> None:
    coupon, address = taken(), f"/admin/rewards/{reward.pk}/"

    page = text(admin_client.get(address))
    admin_client.post(address, FILLED | {"discount": "20", "kind": "gift", "name": "Renamed"})
    reward.refresh_from_db()
    first = (reward.name, reward.discount, reward.kind)
    use_coupon(coupon, on="counter:1", amount=Decimal(50), by=operator)
    admin_client.post(address, FILLED | {"discount": "20"})

    reward.refresh_from_db()
    assert "its type and discount stay as they are" in page
    assert first == ("Renamed", Decimal(50), "coupon")
    assert reward.discount == Decimal(20)


def test_switched_off_it_is_under_its_own_tab_until_it_is_offered_again(
    admin_client: Client, reward: Reward
) -> None:
    off = admin_client.post(f"/admin/rewards/{reward.pk}/switch/", {"to": "off"}, follow=True)
    under_off = text(admin_client.get(f"{LIST}?state=off"))
    on = admin_client.post(f"/admin/rewards/{reward.pk}/switch/", {"to": "on"}, follow=True)

    assert "“50 baht off” is off." in text(off)
    assert f'href="/admin/rewards/{reward.pk}/"' not in text(off)
    assert f'href="/admin/rewards/{reward.pk}/"' in under_off
    assert "“50 baht off” is offered again." in text(on)


def test_each_tab_lists_and_counts_what_is_in_it(admin_client: Client, programme: Programme) -> None:
    today = timezone.localdate()
    day = timedelta(days=3)
    for name, fields in {
        "Now": {},
        "Coming": {"starts_on": today + day},
        "Over": {"ends_on": today - day},
        "Off": {"is_active": False},
        "Off and over": {"is_active": False, "ends_on": today - day},
    }.items():
        Reward.objects.create(name=name, kind="gift", points=1, **fields)

    pages = {
        state: admin_client.get(f"{LIST}?state={state}") for state in ("offered", "coming", "over", "off")
    }

    found = {state: [str(offer) for offer in page.context["offers"]] for state, page in pages.items()}
    assert found == {
        "offered": ["Now"],
        "coming": ["Coming"],
        "over": ["Over"],
        "off": ["Off and over", "Off"],
    }
    assert pages["off"].context["counts"] == {"offered": 1, "coming": 1, "over": 1, "off": 2}
    assert "No Expiry" in text(pages["offered"])


def test_a_long_list_takes_no_more_queries(
    admin_client: Client, reward: Reward, django_assert_num_queries: Any
) -> None:
    admin_client.get(LIST)
    with django_assert_num_queries(5):
        admin_client.get(LIST)
    for number in range(2):
        Reward.objects.create(name=f"More {number}", kind="gift", points=1)

    with django_assert_num_queries(5):
        admin_client.get(LIST)


# --- codes ------------------------------------------------------------------------------------------


def upload(client: Client, reward: Reward, content: bytes) -> Any:
    file = SimpleUploadedFile("codes.csv", content, content_type="text/csv")
    return client.post(f"/admin/rewards/{reward.pk}/codes/", {"file": file}, follow=True)


def test_codes_are_uploaded_once_each_and_what_was_left_out_is_told(
    admin_client: Client, reward: Reward
) -> None:
    upload(admin_client, reward, b"\xef\xbb\xbfAAA\r\nBBB,second column\r\n\r\n  CCC  \r\n")

    again = upload(admin_client, reward, b"BBB\nDDD\nDDD\nAAA")

    assert list(reward.codes.order_by("pk").values_list("code", flat=True)) == ["AAA", "BBB", "CCC", "DDD"]
    assert "1 code added. 2 were there already. 1 stood in it twice." in text(again)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "There is no code in it. Write one in each line."),
        (b"\n ,x\n", "There is no code in it. Write one in each line."),
        (b"A" * 61, "Code 1 is longer than 60 characters: “AAAAAAAAAAAAAAAAAAAA…”."),
        (
            b"\x89PNG\r\n\x1a\n\x00\xff",
            "This file is not a text. Save the codes as CSV (UTF-8), one in each line.",
        ),
        (b"A\n" * 600_000, "This file is larger than 1 MB. Split it."),
        (b"".join(b"%d\n" % n for n in range(20_001)), "At most 20000 codes at a time. Split the file."),
    ],
)
def test_a_bad_file_of_codes_changes_nothing(
    admin_client: Client, reward: Reward, content: bytes, sentence: str
) -> None:
    response = upload(admin_client, reward, content)

    assert (response.status_code, sentence in text(response)) == (422, True)
    assert not RewardCode.objects.exists()


def test_codes_may_be_typed_and_the_free_ones_removed(
    admin_client: Client, reward: Reward, taken: Callable[..., Redemption]
) -> None:
    Reward.objects.filter(pk=reward.pk).update(code_source="uploaded")
    address = f"/admin/rewards/{reward.pk}/codes/"
    admin_client.post(address, {"typed": "AAA\nBBB\nCCC"})
    reward.refresh_from_db()
    taken()

    counts = admin_client.get(address).context["codes"]
    removed = admin_client.post(f"{address}remove/", follow=True)

    assert counts == {"free": 2, "used": 1, "undone": 0}
    assert "2 free codes are removed." in text(removed)
    assert list(RewardCode.objects.values_list("code", flat=True)) == ["AAA"]


@pytest.mark.parametrize(
    "typed", ["AAA, BBB,CCC D", "AAA;BBB; CCC D,", "AAA، BBB\nCCC D", "AAA\tBBB\r\n\r\nCCC D"]
)
def test_codes_typed_on_one_line_are_all_added(admin_client: Client, reward: Reward, typed: str) -> None:
    """A space may be within a code."""
    address = f"/admin/rewards/{reward.pk}/codes/"

    added = admin_client.post(address, {"typed": typed}, follow=True)

    assert list(reward.codes.order_by("pk").values_list("code", flat=True)) == ["AAA", "BBB", "CCC D"]
    assert "3 codes added." in text(added)
    assert "One in each line, or with commas between them." in text(added)


def test_codes_are_exported_without_formulas(
    admin_client: Client, reward: Reward, taken: Callable[..., Redemption], member: Member
) -> None:
    Reward.objects.filter(pk=reward.pk).update(code_source="uploaded")
    for code in ("AAA", "=1+1"):
        reward.codes.create(code=code)
    reward.refresh_from_db()
    taken()

    response = admin_client.get(f"/admin/rewards/{reward.pk}/codes/?export=csv")
    lines = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()

    assert lines[0] == "Code,State,Member ID,Redeemed"
    assert lines[1].startswith(f"AAA,Redeemed,{member.number},20")
    assert lines[2] == "'=1+1,Free,,"


def test_the_code_of_an_undone_redemption_is_shown_as_spent(
    admin_client: Client, reward: Reward, taken: Callable[..., Redemption]
) -> None:
    Reward.objects.filter(pk=reward.pk).update(code_source="uploaded")
    reward.codes.create(code="AAA")
    reward.refresh_from_db()
    redemption = taken()
    admin_client.post(f"/admin/redemptions/{redemption.pk}/undo/")

    codes = admin_client.get(f"/admin/rewards/{reward.pk}/codes/")
    exported = admin_client.get(f"/admin/rewards/{reward.pk}/codes/?export=csv")
    rows = text(admin_client.get(f"/admin/rewards/{reward.pk}/redemptions/"))

    assert codes.context["codes"] == {"free": 0, "used": 1, "undone": 1}
    assert "1 of them was undone and stays spent." in text(codes)
    assert b"AAA,Spent (undone)," in b"".join(exported.streaming_content)
    assert "Its code is spent: nobody gets it again." in rows


# --- redemptions ------------------------------------------------------------------------------------


def test_redemptions_are_listed_filtered_and_undone(
    admin_client: Client, reward: Reward, taken: Callable[..., Redemption], operator: User
) -> None:
    first, second = taken(), taken()
    use_coupon(first, on="order:1", amount=Decimal(50), by=operator)
    address = f"/admin/rewards/{reward.pk}/redemptions/"

    every = admin_client.get(address).context["redemptions"]
    used = admin_client.get(f"{address}?status=used").context["redemptions"]
    undone = admin_client.post(f"/admin/redemptions/{second.pk}/undo/", follow=True)
    refused = admin_client.post(f"/admin/redemptions/{first.pk}/undo/", follow=True)

    reward.refresh_from_db()
    assert (every, used) == ([second, first], [first])
    assert "Undone: the points are back with the member." in text(undone)
    assert "It is used on an order. Cancel the order first." in text(refused)
    assert (reward.taken, Redemption.objects.filter(status="used").get()) == (1, first)


def test_redemptions_come_in_pages_with_as_many_queries(
    admin_client: Client,
    reward: Reward,
    taken: Callable[..., Redemption],
    django_assert_num_queries: Any,
) -> None:
    taken()
    address = f"/admin/rewards/{reward.pk}/redemptions/"
    admin_client.get(address)
    with django_assert_num_queries(4):
        admin_client.get(address)
    for _number in range(50):
        taken()

    with django_assert_num_queries(4):
        page = admin_client.get(address)
    older = admin_client.get(f"{address}?before={page.context['older']}")

    assert (len(page.context["redemptions"]), len(older.context["redemptions"])) == (50, 1)


def test_redemptions_are_exported_as_they_are_filtered(
    admin_client: Client, reward: Reward, taken: Callable[..., Redemption], member: Member
) -> None:
    Member.objects.filter(pk=member.pk).update(name="=Somsri")
    kept = taken()
    Redemption.objects.filter(pk=taken().pk).update(status="cancelled")

    response = admin_client.get(f"/admin/rewards/{reward.pk}/redemptions/?status=open&export=csv")
    lines = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()
    book = admin_client.get(f"/admin/rewards/{reward.pk}/redemptions/?export=xlsx")
    sheet = ZipFile(io.BytesIO(b"".join(book.streaming_content))).read("xl/worksheets/sheet1.xml")

    assert len(lines) == 2
    assert f",{member.number},'=Somsri,{kept.code},0,To be used,Online,,,,,," in lines[1]
    assert sheet.count(b"<row ") == 3
    assert admin_client.get(f"/admin/rewards/{reward.pk}/redemptions/?export=pdf").status_code == 404


# --- who --------------------------------------------------------------------------------------------


def test_an_operator_works_here_and_staff_do_not(
    reward: Reward, make_backoffice: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    office = client_of(make_backoffice("office", Role.OPERATOR))
    staff = client_of(make_backoffice("cashier", Role.STAFF))

    found = [office.get(LIST).status_code, staff.get(LIST).status_code]
    refused = staff.post(f"/admin/rewards/{reward.pk}/switch/", {"to": "off"})

    reward.refresh_from_db()
    assert (found, refused.status_code, reward.is_active) == ([200, 404], 404, True)
    assert not LedgerEntry.objects.exists()
