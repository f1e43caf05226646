"""The courier's pages, as a browser without scripts and as the phone's queue meet them."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from accounts.models import User
from delivery.domain import hand_over
from delivery.enums import DeliveryState as S
from delivery.enums import Outcome
from delivery.models import Courier, Delivery, DeliveryEvent, DeliverySettings
from delivery.views import reporting
from orders.domain import cancel_order
from orders.models import Order
from tests.conftest import PASSWORD
from tests.support.pictures import a_picture

ClientOf = Callable[[User], Client]
Say = Callable[..., DeliveryEvent]
JSON = {"Accept": "application/json"}
PAGE = "delivery:task"


@pytest.fixture
def phone(client_of: ClientOf, rider: Courier) -> Client:
    return client_of(rider.user)


def sent(phone: Client, delivery: Delivery, state: str, *, json: bool = False, **fields: Any) -> Any:
    fields.setdefault("client_id", str(uuid4()))
    address = reverse("delivery:report", args=[delivery.pk])
    return phone.post(address, {"state": state, **fields}, headers=JSON if json else None)


def test_a_courier_logs_in_with_a_username_and_lands_on_the_tasks(rider: Courier) -> None:
    browser = Client()

    answer = browser.post(
        reverse("account_login"), {"login": rider.user.username, "password": PASSWORD}, follow=True
    )

    assert answer.redirect_chain[-1][0] == "/my-tasks/"
    assert 'aria-label="My tasks' not in answer.content.decode()
    assert "<h1>My tasks</h1>" in answer.content.decode()


def test_the_menu_has_tasks_settings_and_the_way_out_alone(phone: Client) -> None:
    for address in ("/my-tasks/", "/settings/"):
        page = phone.get(address).content.decode()

        assert "/inbox/" not in page
        assert "/dashboard/" not in page
        assert '<a class="brand" href="/my-tasks/"' in page


def test_a_shops_person_who_delivers_has_both(client_of: ClientOf, agent: User, shop: Any) -> None:
    Courier.objects.create(user=agent, provider=shop)
    browser = client_of(agent)

    assert browser.get("/dashboard/").status_code == 200
    assert 'href="/my-tasks/"' in browser.get("/dashboard/").content.decode()
    assert browser.get("/my-tasks/").status_code == 200


@pytest.mark.parametrize("who", ["customer", "provider", "agent", "operator", "stranger"])
def test_who_is_no_courier_has_no_tasks(
    who: str, request: pytest.FixtureRequest, client_of: ClientOf, delivery: Delivery
) -> None:
    browser = client_of(request.getfixturevalue(who))

    for name, args in [("tasks", []), ("tasks_data", []), ("task_history", []), ("task", [delivery.pk])]:
        assert browser.get(reverse(f"delivery:{name}", args=args)).status_code == 404
    assert sent(browser, delivery, "picked_up").status_code == 404
    assert DeliveryEvent.objects.count() == 0


def test_another_couriers_task_is_not_found(
    client_of: ClientOf, other_rider: Courier, delivery: Delivery, say: Say
) -> None:
    event = say(S.FAILED, reason="absent")
    browser = client_of(other_rider.user)

    assert browser.get(reverse(PAGE, args=[delivery.pk])).status_code == 404
    assert browser.get(reverse("delivery:task_proof", args=[event.pk, "photo"])).status_code == 404
    assert sent(browser, delivery, "delivered").status_code == 404
    assert browser.get("/my-tasks/data.json").json()["pages"][1:] == []
    assert DeliveryEvent.objects.count() == 1


def test_a_courier_who_was_deactivated_is_shown_out(
    phone: Client, rider: Courier, delivery: Delivery
) -> None:
    User.objects.filter(pk=rider.user_id).update(is_active=False)

    assert phone.get("/my-tasks/")["Location"].startswith("/accounts/login/")
    assert sent(phone, delivery, "picked_up").status_code == 302
    assert DeliveryEvent.objects.count() == 0


SECRETS = {
    "show_lines": "Jasmine tea",
    "show_prices": "120.50",
    "show_total": "<span>Total</span>",
    "show_phone": "+66812345678",
    "show_note": "Ring twice",
}


@pytest.mark.parametrize("shown", [None, *SECRETS])
def test_what_the_shop_keeps_back_is_on_no_page_in_no_data_and_behind_no_link(
    shown: str | None, phone: Client, delivery: Delivery
) -> None:
    Order.objects.filter(pk=delivery.order_id).update(note="Ring twice")
    switches = dict.fromkeys(SECRETS, False) | ({shown: True} if shown else {})
    if shown == "show_prices":
        switches["show_lines"] = True
    DeliverySettings.objects.create(provider=delivery.provider, **switches)

    sources = [
        phone.get(address).content.decode()
        for address in ("/my-tasks/", reverse(PAGE, args=[delivery.pk]), "/my-tasks/data.json")
    ]
    sources.append(Client().get(reverse("delivery:task_link", args=[delivery.link_token])).content.decode())

    for source in (sources[0], sources[1], sources[3]):
        assert "12 Charoen Krung, Bang Rak" in source
        assert "฿241" in source
    for name, secret in SECRETS.items():
        found = [secret in source for source in sources]
        is_on_task = switches[name]
        assert [found[1], found[2], found[3]] == [is_on_task, False, is_on_task], name
        assert is_on_task or not found[0], name


def test_the_list_tells_what_is_late_and_what_goes_back(
    phone: Client, delivery: Delivery, parcel: Order, provider: User
) -> None:
    Delivery.objects.update(due_at=timezone.now() - timedelta(minutes=1))
    assert "Late" in phone.get("/my-tasks/").content.decode()

    cancel_order(parcel, by=provider, reason="Sold out")

    for address in ("/my-tasks/", reverse(PAGE, args=[delivery.pk])):
        assert "Do not deliver, bring it back" in phone.get(address).content.decode()


def test_nobody_between_keeps_a_couriers_pages_and_the_phone_knows_whose_they_are(
    phone: Client, rider: Courier, delivery: Delivery
) -> None:
    for address in ("/my-tasks/", reverse(PAGE, args=[delivery.pk]), "/my-tasks/data.json"):
        answer = phone.get(address)
        assert {"private", "no-store"} <= set(answer["Cache-Control"].split(", "))
    answer = phone.get("/my-tasks/")
    assert answer["X-Kept-For"] == f"user-{rider.user_id}"
    assert answer["X-Kept-Until"] > timezone.now().isoformat()


def test_a_page_has_another_version_only_when_it_shows_something_else(
    phone: Client, delivery: Delivery, say: Say
) -> None:
    def versions() -> dict[str, str]:
        pages = phone.get("/my-tasks/data.json").json()["pages"]
        return {page["url"]: page["version"] for page in pages}

    url = reverse(PAGE, args=[delivery.pk])
    first, second = versions(), versions()
    say(S.PICKED_UP)
    third = versions()

    assert first == second
    assert list(first) == ["/my-tasks/", url]
    assert phone.get(url)["X-Kept-Version"] == third[url] != first[url]
    assert phone.get("/my-tasks/")["X-Kept-Version"] == third["/my-tasks/"] != first["/my-tasks/"]


def test_the_data_has_whose_it_is_and_a_token_that_posts_accept(rider: Courier, delivery: Delivery) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(rider.user, backend="allauth.account.auth_backends.AuthenticationBackend")

    data = strict.get("/my-tasks/data.json").json()
    address = reverse("delivery:report", args=[delivery.pk])
    fields = {"state": "picked_up", "client_id": str(uuid4())}
    refused = strict.post(address, fields, headers=JSON)
    taken = strict.post(address, fields, headers={"X-CSRFToken": data["token"], **JSON})

    assert (data["owner"], refused.status_code, taken.status_code) == (f"user-{rider.user_id}", 403, 200)


def test_a_plain_form_reports_once_however_often_it_is_sent(phone: Client, delivery: Delivery) -> None:
    client_id = str(uuid4())

    first = sent(phone, delivery, "picked_up", client_id=client_id)
    second = sent(phone, delivery, "picked_up", client_id=client_id)

    assert first.status_code == second.status_code == 302
    assert first["Location"] == reverse(PAGE, args=[delivery.pk])
    event = DeliveryEvent.objects.get()
    assert (event.state, str(event.client_id)) == (S.PICKED_UP, client_id)


def test_a_delivery_with_everything_leads_back_to_the_list(phone: Client, delivery: Delivery) -> None:
    photo = SimpleUploadedFile("door.png", a_picture(size=(2000, 1000)), "image/png")
    answer = sent(
        phone, delivery, "delivered", receiver="Malee", collected="๒๔๑", note="At the door", photo=photo
    )

    assert (answer.status_code, answer["Location"]) == (302, "/my-tasks/")
    event = DeliveryEvent.objects.get()
    assert (event.receiver, event.collected, event.note) == ("Malee", Decimal(241), "At the door")
    with event.photo.open("rb") as file, Image.open(file) as stored:
        assert (stored.format, stored.size) == ("JPEG", (1600, 800))
    page = phone.get(reverse(PAGE, args=[delivery.pk])).content.decode()
    proof = reverse("delivery:task_proof", args=[event.pk, "photo"])
    assert proof in page
    picture = phone.get(proof)
    assert b"".join(picture.streaming_content)[:3] == b"\xff\xd8\xff"  # type: ignore[attr-defined]
    assert phone.get(reverse("delivery:task_proof", args=[event.pk, "signature"])).status_code == 404


@pytest.mark.parametrize("amount", ["0", "۰", "๐"])
def test_nothing_collected_is_an_amount(amount: str, phone: Client, delivery: Delivery) -> None:
    sent(phone, delivery, "delivered", collected=amount)

    assert DeliveryEvent.objects.get().collected == 0


@pytest.mark.parametrize(
    ("state", "fields", "sentence"),
    [
        ("failed", {"note": "Nobody home"}, "Choose why it could not be delivered."),
        ("delivered", {"collected": "all", "receiver": "Malee"}, "Write only the number"),
        ("delivered", {"collected": "-1", "receiver": "Malee"}, "zero or more"),
        ("lost", {}, "Choose what happened to the parcel."),
    ],
)
def test_an_error_keeps_what_was_typed_and_stores_nothing(
    state: str, fields: dict[str, Any], sentence: str, phone: Client, delivery: Delivery
) -> None:
    page = sent(phone, delivery, state, **fields)
    data = sent(phone, delivery, state, json=True, **fields)

    assert (page.status_code, data.status_code) == (422, 422)
    if state != "lost":
        assert sentence in page.content.decode()
    for typed in fields.values():
        assert typed in page.content.decode()
    assert sentence in data.json()["sentence"]
    assert DeliveryEvent.objects.count() == 0


def test_a_photo_outlives_an_error_beside_it(phone: Client, delivery: Delivery) -> None:
    photo = SimpleUploadedFile("door.png", a_picture(), "image/png")
    page = sent(phone, delivery, "delivered", collected="all", photo=photo)
    kept = page.context["forms"]["deliver"].data["kept_photo"]

    sent(phone, delivery, "delivered", collected="241", kept_photo=kept)

    assert DeliveryEvent.objects.get().photo


@pytest.mark.parametrize("name", ["photo", "signature"])
def test_what_is_no_picture_is_refused(name: str, phone: Client, delivery: Delivery) -> None:
    file = SimpleUploadedFile("door.jpg", b"<script>alert(1)</script>", "image/jpeg")

    answer = sent(phone, delivery, "delivered", json=True, **{name: file})

    assert (answer.status_code, list(answer.json()["errors"])) == (422, [name])
    assert DeliveryEvent.objects.count() == 0


@pytest.mark.parametrize(
    ("said_at", "kept"),
    [
        ("2026-11-22T09:05:00.250Z", "2026-11-22T09:05:00.250000+00:00"),
        ("2026-11-22T16:05:00+07:00", "2026-11-22T09:05:00+00:00"),
        ("", "2026-11-22T12:00:00+00:00"),
        ("noon", "2026-11-22T12:00:00+00:00"),
        ("9999-12-31T23:59:59-12:00", "2026-11-22T12:00:00+00:00"),
        ("1970-01-01T00:00:00Z", "2026-11-22T12:00:00+00:00"),
    ],
)
def test_the_devices_time_is_kept_and_nonsense_is_now(
    said_at: str, kept: str, phone: Client, delivery: Delivery
) -> None:
    with time_machine.travel("2026-11-22T12:00:00+00:00", tick=False):
        sent(phone, delivery, "picked_up", json=True, said_at=said_at)

    assert DeliveryEvent.objects.get().said_at.isoformat() == kept


def test_a_report_without_an_id_is_asked_for_again(phone: Client, delivery: Delivery) -> None:
    answer = sent(phone, delivery, "picked_up", json=True, client_id="none")

    assert (answer.status_code, answer.json()["sentence"]) == (422, "Please send the form once more.")
    assert DeliveryEvent.objects.count() == 0


def test_a_report_about_a_task_that_was_given_away_is_kept_and_told(
    phone: Client, delivery: Delivery, parcel: Order, other_rider: Courier, provider: User
) -> None:
    hand_over(parcel, courier=other_rider, by=provider, seen=delivery.assignment_number)
    client_id = str(uuid4())

    first = sent(phone, delivery, "delivered", json=True, client_id=client_id)
    again = sent(phone, delivery, "delivered", json=True, client_id=client_id)
    page = sent(phone, delivery, "delivered", client_id=client_id)

    assert (first.status_code, again.status_code, first.json()["code"]) == (409, 409, "conflict")
    assert "not open to you any more" in first.json()["sentence"]
    assert page["Location"] == "/my-tasks/"
    assert "not open to you any more" in phone.get("/my-tasks/").content.decode()
    event = DeliveryEvent.objects.get()
    assert event.outcome == Outcome.CONFLICT
    assert phone.get(reverse(PAGE, args=[delivery.pk])).status_code == 404


def test_a_report_that_cannot_stop_is_told_to_wait(
    phone: Client, delivery: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reporting, "TIMES", 2)

    codes = [sent(phone, delivery, "picked_up", json=True).status_code for _ in range(3)]

    assert codes == [200, 200, 429]
    assert sent(phone, delivery, "picked_up").status_code == 429
    assert DeliveryEvent.objects.count() == 2


def test_history_shows_what_is_over_and_where_it_ends(phone: Client, delivery: Delivery, say: Say) -> None:
    assert "Nothing finished yet" in phone.get("/my-tasks/history/").content.decode()

    say(S.DELIVERED, collected=Decimal(241))

    page = phone.get("/my-tasks/history/").content.decode()
    assert reverse(PAGE, args=[delivery.pk]) in page
    end = phone.get("/my-tasks/history/?before=1-1").content.decode()
    assert "There is nothing older." in end


def test_installed_from_the_tasks_the_icon_opens_them(client: Client) -> None:
    said = client.get("/my-tasks/manifest.webmanifest").json()

    assert (said["start_url"], said["name"], said["display"]) == ("/my-tasks/", "My tasks", "standalone")
    assert client.get("/manifest.webmanifest").json()["start_url"] == "/"
