import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from accounts.models import Provider, ProviderMember, User

pytestmark = pytest.mark.django_db


def _profile(**changed: str) -> dict[str, str]:
    return {"display_name": "Somchai", "phone": "", "language": "th", "time_zone": "Asia/Tehran", **changed}


def _shop(**changed: Any) -> dict[str, Any]:
    return {
        "name": "Siam Legal",
        "about": "Law for everybody",
        "city": "Chiang Mai",
        "time_zone": "Asia/Bangkok",
        "contact_email": "",
        "contact_phone": "",
        **changed,
    }


def test_the_profile_is_saved(customer: User, client_of: Callable[[User], Client]) -> None:
    client = client_of(customer)

    response = client.post(
        reverse("accounts:save_profile"), _profile(phone="๐๘๑ ๒๓๔ ๕๖๗๘", time_zone="asia/tehran")
    )

    customer.refresh_from_db()
    assert response["Location"] == "/settings/"
    assert response.cookies["django_language"].value == "th"
    assert (customer.display_name, str(customer.phone), customer.language, customer.time_zone) == (
        "Somchai",
        "+66812345678",
        "th",
        "Asia/Tehran",
    )


@pytest.mark.parametrize("nonsense", ["Mars/Olympus", "", "+07:00", "x" * 200])
def test_a_nonsense_time_zone_is_refused_and_nothing_is_lost(
    customer: User, client_of: Callable[[User], Client], nonsense: str
) -> None:
    response = client_of(customer).post(
        reverse("accounts:save_profile"), _profile(display_name="Typed name", time_zone=nonsense)
    )

    customer.refresh_from_db()
    assert response.status_code == 200
    assert "time_zone" in response.context["profile_form"].errors
    assert 'value="Typed name"' in response.content.decode()
    assert (customer.display_name, customer.time_zone) == ("Customer", "Asia/Bangkok")


def test_a_wrong_phone_is_refused(customer: User, client_of: Callable[[User], Client]) -> None:
    response = client_of(customer).post(reverse("accounts:save_profile"), _profile(phone="12"))

    assert list(response.context["profile_form"].errors) == ["phone"]


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        (
            "en",
            "Enter a valid phone number (e.g. 02 123 4567) or a number with an international call prefix.",
        ),
        ("th", "กรอกเบอร์โทรศัพท์ที่ถูกต้อง (เช่น 02 123 4567) หรือเบอร์ที่มีรหัสประเทศนำหน้า"),
        ("fa", "یک شماره تلفن معتبر (مانند 02 123 4567) یا شماره‌ای با پیش‌شمارهٔ کشور وارد کنید."),
        ("vi", "Nhập một số điện thoại hợp lệ (ví dụ 02 123 4567) hoặc một số có mã quốc gia đứng trước."),
    ],
)
def test_a_wrong_phone_is_refused_in_the_readers_language(
    language: str,
    sentence: str,
    customer: User,
    client_of: Callable[[User], Client],
) -> None:
    User.objects.filter(pk=customer.pk).update(language=language)

    response = client_of(customer).post(reverse("accounts:save_profile"), _profile(phone="12"))

    assert response.context["profile_form"].errors["phone"] == [sentence]
    assert sentence in response.content.decode()


def test_a_profile_cannot_give_itself_powers(customer: User, client_of: Callable[[User], Client]) -> None:
    client_of(customer).post(
        reverse("accounts:save_profile"), _profile(is_staff="1", is_superuser="1", email="x@y.example")
    )

    customer.refresh_from_db()
    assert (customer.is_staff, customer.is_superuser) == (False, False)
    assert customer.email == "customer@people.example"


def test_the_owner_saves_the_shop_with_a_photo(
    provider: User, shop: Provider, client_of: Callable[[User], Client]
) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (1200, 900), "teal").save(picture, "PNG")
    photo = SimpleUploadedFile("x.png", picture.getvalue(), "image/png")

    client_of(provider).post(reverse("accounts:save_shop"), _shop(photo=photo))

    shop.refresh_from_db()
    assert (shop.about, shop.city) == ("Law for everybody", "Chiang Mai")
    with shop.photo, Image.open(shop.photo) as stored:
        assert (stored.format, stored.size) == ("JPEG", (800, 600))

    client_of(provider).post(reverse("accounts:save_shop"), _shop(city="Nan"))

    before = shop.photo.name
    shop.refresh_from_db()
    assert (shop.city, shop.photo.name) == ("Nan", before)


def test_what_is_not_a_photo_is_refused_and_nothing_changes(
    provider: User, shop: Provider, client_of: Callable[[User], Client]
) -> None:
    script = SimpleUploadedFile("x.png", b"<svg onload=alert(1)>", "image/png")

    response = client_of(provider).post(reverse("accounts:save_shop"), _shop(photo=script))

    shop.refresh_from_db()
    assert list(response.context["shop_form"].errors) == ["photo"]
    assert (shop.about, bool(shop.photo)) == ("", False)


def test_an_agent_does_not_change_the_shop(
    agent: User, shop: Provider, client_of: Callable[[User], Client]
) -> None:
    client = client_of(agent)

    page = client.get("/settings/").content.decode()
    response = client.post(reverse("accounts:save_shop"), _shop(about="Mine now"))

    shop.refresh_from_db()
    assert "Your shop" not in page
    assert response.status_code == 404
    assert shop.about == ""


def test_opening_a_shop_twice_makes_one(customer: User, client_of: Callable[[User], Client]) -> None:
    client = client_of(customer)
    assert client.get("/open-shop/").status_code == 200

    first = client.post("/open-shop/", {"name": "Second Income"})
    second = client.post("/open-shop/", {"name": "Second Income"})

    assert (first["Location"], second["Location"]) == ("/dashboard/", "/settings/")
    assert list(ProviderMember.objects.values_list("user", "provider__name")) == [
        (customer.pk, "Second Income")
    ]


def test_a_shop_needs_a_name(customer: User, client_of: Callable[[User], Client]) -> None:
    response = client_of(customer).post("/open-shop/", {"name": "  "})

    assert list(response.context["form"].errors) == ["name"]
    assert Provider.objects.count() == 0
