"""The pages on which a shop defines its couriers."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import Provider, User
from delivery.domain import hand_over
from delivery.models import Assignment, Courier, Delivery
from orders.models import Order
from tests.support.pictures import a_picture

LIST, ADD = "/couriers/", "/couriers/add/"


@pytest.fixture
def owner(provider: User, shop: Provider, client_of: Callable[[User], Client]) -> Client:
    return client_of(provider)


def typed(owner: Client, **fields: Any) -> dict[str, Any]:
    token = owner.get(ADD).context["form"]["form_token"].value()
    told = {
        "form_token": str(token),
        "name": "Reza",
        "phone": "081-234 5678",
        "username": "reza",
        "password": "peyk-sari-1405",
        "is_active": "on",
    }
    return {**told, **fields}


def test_the_form_has_its_guide_and_a_suggested_password(owner: Client) -> None:
    page = owner.get(ADD)

    words = page.content.decode()
    assert words.index("How it works") < words.index('name="username"')
    assert len(page.context["form"]["password"].value()) == 14


def test_a_new_courier_is_shown_with_the_password_once(owner: Client, shop: Provider) -> None:
    saved = owner.post(ADD, typed(owner, must_change="on"))
    first, again = owner.get(LIST).content.decode(), owner.get(LIST).content.decode()

    courier = Courier.objects.get()
    assert (saved.status_code, saved["Location"]) == (302, LIST)
    assert (courier.provider, str(courier.user.phone)) == (shop, "+66812345678")
    assert courier.user.must_change_password
    assert "peyk-sari-1405" in first
    assert "peyk-sari-1405" not in again
    assert "reza" in again


def test_sent_twice_it_is_one_courier_and_no_error(owner: Client) -> None:
    sent = typed(owner)

    answers = [owner.post(ADD, sent).status_code for _click in range(2)]

    assert (answers, Courier.objects.count()) == ([302, 302], 1)
    assert "peyk-sari-1405" in owner.get(LIST).content.decode()


@pytest.mark.parametrize(
    ("fields", "field", "sentence"),
    [
        ({"username": "customer"}, "username", "This username is taken. Choose another one."),
        (
            {"username": "a b"},
            "username",
            "Write 3 to 30 letters from a to z or digits; a dot, hyphen or underscore may stand between.",
        ),
        (
            {"password": "12345678"},
            "password",
            "This password is too common. This password is entirely numeric.",
        ),
        ({"name": ""}, "name", "This field is required."),
    ],
)
def test_a_refusal_stands_beside_its_field_and_nothing_typed_is_lost(
    owner: Client, customer: User, fields: dict[str, str], field: str, sentence: str
) -> None:
    photo = SimpleUploadedFile("face.jpg", a_picture(), "image/jpeg")

    page = owner.post(ADD, {**typed(owner, vehicle="Motorbike", note="Mornings", **fields), "photo": photo})

    form = page.context["form"]
    assert (page.status_code, form.errors[field]) == (422, [sentence])
    words = page.content.decode()
    assert "Motorbike" in words
    assert "Mornings" in words
    assert not Courier.objects.exists()
    kept = form["kept_photo"].value()
    assert kept
    mended = typed(owner, kept_photo=kept)
    assert owner.post(ADD, mended).status_code == 302
    assert Courier.objects.get().photo.name.startswith("couriers/")


def test_a_phone_is_read_as_the_shop_or_its_language_writes_it(
    owner: Client, provider: User, shop: Provider
) -> None:
    User.objects.filter(pk=provider.pk).update(language="fa")

    owner.post(ADD, typed(owner, phone="۰۹۱۲۳۴۵۶۷۸۹"))
    bad = owner.post(ADD, typed(owner, phone="12", username="other"))

    assert str(Courier.objects.get().user.phone) == "+989123456789"
    assert bad.status_code == 422


def test_editing_keeps_photo_and_password(owner: Client, rider: Courier) -> None:
    before = rider.user.password
    rider.photo = "couriers/face.jpg"  # type: ignore[assignment]
    rider.save()

    saved = owner.post(
        f"/couriers/{rider.pk}/",
        {**typed(owner), "name": "Somsak", "username": "somsak", "phone": "", "password": "ignored-1234"},
    )

    rider.refresh_from_db()
    assert (saved.status_code, rider.name, rider.photo.name) == (302, "Somsak", "couriers/face.jpg")
    assert User.objects.get(pk=rider.user_id).password == before


def test_a_refused_edit_shows_what_is_stored_in_its_heading(
    owner: Client, rider: Courier, customer: User
) -> None:
    page = owner.post(f"/couriers/{rider.pk}/", {**typed(owner), "name": "Wrong", "username": "customer"})

    assert (page.status_code, page.context["courier"].name) == (422, "Courier")
    assert User.objects.get(pk=rider.user_id).username == "courier"


def test_deactivating_leads_to_the_open_tasks(
    owner: Client, rider: Courier, delivery: Delivery, other_rider: Courier, parcel: Order
) -> None:
    gone = owner.post(f"/couriers/{rider.pk}/deactivate/")
    page = owner.get(f"/couriers/{rider.pk}/")

    assert gone["Location"] == f"/couriers/{rider.pk}/#tasks"
    assert [task.pk for task in page.context["tasks"]] == [delivery.pk]
    given = owner.post(
        "/deliveries/assign/",
        {
            "order": [parcel.pk],
            f"seen-{parcel.pk}": delivery.assignment_number,
            "courier": other_rider.pk,
            "next": f"/couriers/{rider.pk}/",
        },
    )
    delivery.refresh_from_db()
    assert (given["Location"], delivery.courier) == (f"/couriers/{rider.pk}/", other_rider)
    assert "tasks" in owner.get(f"/couriers/{rider.pk}/").context
    assert owner.get(f"/couriers/{rider.pk}/").context["tasks"] == []


def test_unticking_active_does_the_same(owner: Client, rider: Courier) -> None:
    sent = typed(owner, username="courier")
    del sent["is_active"]

    owner.post(f"/couriers/{rider.pk}/", sent)
    assert not User.objects.get(pk=rider.user_id).is_active
    owner.post(f"/couriers/{rider.pk}/activate/")
    assert User.objects.get(pk=rider.user_id).is_active


def test_a_new_password_is_shown_once(owner: Client, rider: Courier) -> None:
    answer = owner.post(f"/couriers/{rider.pk}/password/", {"must_change": "on"})
    page = owner.get(answer["Location"])

    password = page.context["log_in"]["password"]
    user = User.objects.get(pk=rider.user_id)
    assert (user.check_password(password), user.must_change_password) == (True, True)
    assert owner.get(LIST).context["log_in"] is None


def test_the_operators_couriers_are_seen_and_not_touched(owner: Client, everybodys_rider: Courier) -> None:
    assert "Anyone" in owner.get(LIST).content.decode()

    assert owner.get(f"/couriers/{everybodys_rider.pk}/").status_code == 404
    assert owner.post(f"/couriers/{everybodys_rider.pk}/deactivate/").status_code == 404
    assert User.objects.get(pk=everybodys_rider.user_id).is_active


def test_a_courier_finds_none_of_the_shops_pages(
    rider: Courier, delivery: Delivery, parcel: Order, client_of: Callable[[User], Client]
) -> None:
    phone = client_of(rider.user)
    addresses = [
        LIST,
        ADD,
        f"/couriers/{rider.pk}/",
        "/deliveries/",
        "/deliveries/assign/",
        "/settings/delivery/",
        f"/orders/{parcel.pk}/",
        f"/orders/{parcel.pk}/delivery/",
        "/orders/shop/",
        "/orders/manage/",
    ]

    assert {address: phone.get(address).status_code for address in addresses} == dict.fromkeys(addresses, 404)
    assert phone.post(f"/orders/{parcel.pk}/assign/", {"courier": rider.pk}).status_code == 404
    assert phone.post(f"/deliveries/{delivery.pk}/take-back/").status_code == 404
    assert Assignment.objects.count() == 1


def test_the_list_costs_the_same_with_one_and_three(
    owner: Client,
    make_rider: Callable[..., Courier],
    make_parcel: Callable[..., Order],
    provider: User,
    django_assert_num_queries: Any,
) -> None:
    hand_over(make_parcel(), courier=make_rider("one"), by=provider)
    owner.get(LIST)
    with django_assert_num_queries(9):
        owner.get(LIST)
    for name in ("two", "three"):
        hand_over(make_parcel(), courier=make_rider(name), by=provider)
    with django_assert_num_queries(9):
        page = owner.get(LIST)

    assert [row.tasks for row in page.context["rows"]] == [1, 1, 1]


def test_more_couriers_than_a_page_are_all_found(owner: Client, make_rider: Callable[..., Courier]) -> None:
    riders = [make_rider(f"rider{number}") for number in range(31)]

    first = owner.get(LIST)
    second = owner.get(LIST, {"after": first.context["more"]})
    found = owner.get(LIST, {"q": "rider30"})

    assert [row.courier for row in first.context["rows"]] == riders[:30]
    assert [row.courier for row in second.context["rows"]] == riders[30:]
    assert [row.courier for row in found.context["rows"]] == riders[30:]


def test_the_photo_is_for_the_shops_that_may_ask(
    owner: Client, rider: Courier, stranger: User, customer: User, client_of: Callable[[User], Client]
) -> None:
    photo = SimpleUploadedFile("face.jpg", a_picture(), "image/jpeg")
    owner.post(f"/couriers/{rider.pk}/", {**typed(owner, username="courier"), "photo": photo})
    address = reverse("delivery:courier_photo", args=[rider.pk])

    answer = owner.get(address)

    assert (answer.status_code, b"".join(answer)[:2]) == (200, b"\xff\xd8")
    assert (answer["Cache-Control"], answer["X-Content-Type-Options"]) == ("private, no-cache", "nosniff")
    assert owner.get(address, headers={"If-None-Match": answer["ETag"]}).status_code == 304
    assert client_of(stranger).get(address).status_code == 404
    assert client_of(customer).get(address).status_code == 404
    rider.refresh_from_db()
    assert client_of(customer).get(f"/media/{rider.photo.name}").status_code == 404


def test_a_password_is_given_in_digits_that_every_keyboard_has(owner: Client) -> None:
    owner.post(ADD, typed(owner, password="peyk-sari-۱۴۰۵"))
    shown = owner.get(LIST).content.decode()

    assert "peyk-sari-1405" in shown
    assert Courier.objects.get().user.check_password("peyk-sari-1405")
