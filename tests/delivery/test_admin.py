"""Couriers and deliveries on the operator's pages."""

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import Provider, User
from delivery.models import Courier, Delivery
from tests.support.pictures import a_picture

ADD = "/admin/delivery/courier/add/"


@pytest.fixture
def desk(operator: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(operator)


def typed(desk: Client, **fields: object) -> dict[str, object]:
    form = desk.get(ADD).context["adminform"].form
    told = {"name": "For all", "username": "for-all", "password": "peyk-sari-1405", "is_active": "on"}
    return {"form_token": str(form["form_token"].value()), **told, "_save": "Save", **fields}


def test_the_operator_makes_a_courier_for_all_shops_or_for_one(desk: Client, shop: Provider) -> None:
    desk.post(ADD, typed(desk))
    answer = desk.post(ADD, typed(desk, username="for-one", provider=shop.pk))

    assert answer.status_code == 302
    found = {one.user.username: one.provider for one in Courier.objects.select_related("user", "provider")}
    assert found == {"for-all": None, "for-one": shop}
    assert Courier.objects.get(provider=None).user.check_password("peyk-sari-1405")


def test_a_taken_username_is_refused_beside_its_field(desk: Client, customer: User) -> None:
    page = desk.post(ADD, typed(desk, username="customer"))

    assert page.status_code == 200
    assert page.context["adminform"].form.errors["username"] == [
        "This username is taken. Choose another one."
    ]
    assert not Courier.objects.exists()


def test_a_chosen_photo_outlives_an_error_elsewhere(desk: Client, customer: User) -> None:
    photo = SimpleUploadedFile("face.png", a_picture(), "image/png")
    for wrong in ({"username": "customer"}, {"name": ""}):
        page = desk.post(ADD, typed(desk, photo=photo, **wrong)).content.decode()
        photo.seek(0)
        assert "Your photo is kept" in page
        assert "data:image/jpeg;base64," in page
    token = page.split('name="kept_photo" value="')[1].split('"')[0]
    assert not Courier.objects.exists()

    again = desk.post(ADD, typed(desk, name="", kept_photo=token)).content.decode()
    assert "Your photo is kept" in again
    token = again.split('name="kept_photo" value="')[1].split('"')[0]
    answer = desk.post(ADD, typed(desk, kept_photo=token))

    assert answer.status_code == 302
    with Courier.objects.get().photo.open() as stored:
        assert stored.read(3) == b"\xff\xd8\xff"


def test_the_operator_edits_and_deactivates(desk: Client, rider: Courier) -> None:
    address = f"/admin/delivery/courier/{rider.pk}/change/"
    sent = typed(desk, name="Somsak", username="courier", vehicle="Van")
    del sent["password"], sent["is_active"]

    answer = desk.post(address, sent)

    rider = Courier.objects.select_related("user").get(pk=rider.pk)
    assert (answer.status_code, rider.name, rider.vehicle, rider.is_active) == (302, "Somsak", "Van", False)


def test_unticking_active_names_the_tasks_that_are_left_and_the_page_lists_them_with_their_shops(
    desk: Client, rider: Courier, delivery: Delivery, shop: Provider
) -> None:
    address = f"/admin/delivery/courier/{rider.pk}/change/"
    sent = typed(desk, name="<b>Somsak", username="courier")
    del sent["password"], sent["is_active"]

    listed = desk.get(address).content.decode()
    page = desk.post(address, sent, follow=True).content.decode()

    row = f'<a href="/admin/delivery/delivery/{delivery.pk}/change/">{delivery.order}</a>'
    assert f"<li>{row} · <bdi>{shop.name}</bdi></li>" in listed
    assert "&lt;b&gt;Somsak has 1 open task. The shop sees it and hands it to somebody else." in page
    assert not User.objects.get(pk=rider.user_id).is_active
    again = desk.post(address, sent, follow=True).content.decode()
    assert "open task." not in again  # said once


def test_actions_ask_first_and_a_new_password_is_shown_once(desk: Client, rider: Courier) -> None:
    sent = {"action": "reset_passwords", "_selected_action": rider.pk}
    before = rider.user.password

    asked = desk.post("/admin/delivery/courier/", sent)
    assert (asked.status_code, User.objects.get(pk=rider.user_id).password) == (200, before)
    page = desk.post("/admin/delivery/courier/", {**sent, "confirmed": "1"}, follow=True)

    user = User.objects.get(pk=rider.user_id)
    (said,) = [
        str(one) for one in page.context["messages"] if "password" in str(one) and "courier has" in str(one)
    ]
    assert user.check_password(said.split("the password ")[1].split(" now")[0])
    assert user.must_change_password


def test_deactivating_names_the_tasks_that_are_left(desk: Client, rider: Courier, delivery: Delivery) -> None:
    sent = {"action": "deactivate_couriers", "_selected_action": rider.pk, "confirmed": "1"}

    page = desk.post("/admin/delivery/courier/", sent, follow=True)

    assert "Courier has 1 open task." in page.content.decode()
    assert not User.objects.get(pk=rider.user_id).is_active


@pytest.mark.parametrize("model", ["delivery", "assignment", "deliveryevent", "handin", "deliverysettings"])
def test_what_happened_is_only_read(desk: Client, delivery: Delivery, model: str) -> None:
    assert desk.get(f"/admin/delivery/{model}/").status_code == 200
    assert desk.get(f"/admin/delivery/{model}/add/").status_code == 403


def test_a_deliverys_page_shows_no_link(desk: Client, delivery: Delivery) -> None:
    page = desk.get(f"/admin/delivery/delivery/{delivery.pk}/change/")

    assert page.status_code == 200
    assert str(delivery.link_token) not in page.content.decode()
