import io
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from accounts.models import User
from services.models import Service

URL = "/my/services/add/"
pytestmark = pytest.mark.usefixtures("media")


@pytest.fixture
def browser(client_of: Callable[[User], Client], provider: User, shop: object) -> Client:
    return client_of(provider)


def test_a_complete_form_puts_the_service_on_the_site(
    browser: Client, client: Client, typed: dict[str, Any], picture: Callable[..., Any]
) -> None:
    response = browser.post(URL, {**typed, "photo": picture()}, follow=True)

    service = Service.objects.get()
    page = response.content.decode()
    assert response.redirect_chain == [("/my/services/", 302)]
    assert (service.title, service.price, service.duration_minutes) == ("ตัดผมถึงบ้าน", Decimal(450), 60)
    assert "“ตัดผมถึงบ้าน” is on the site now." in page
    assert f'<a href="/services/{service.pk}/">See its page</a>' in page
    assert client.get(f"/services/{service.pk}/").status_code == 200


def test_the_price_is_asked_for_in_the_readers_word_for_the_currency(browser: Client, provider: User) -> None:
    User.objects.filter(pk=provider.pk).update(language="th")

    page = browser.get(URL).content.decode()

    assert "ราคารวมทั้งบริการ หน่วยเป็นบาท" in page


def test_the_photo_is_stored_anew_with_a_thumbnail(
    browser: Client, typed: dict[str, Any], picture: Callable[..., Any], media: Path
) -> None:
    exif = Image.Exif()
    exif[0x010F] = "A camera with a serial number"

    browser.post(URL, {**typed, "photo": picture("../../evil.html", size=(3000, 2000), exif=exif)})

    service = Service.objects.get()
    assert re.fullmatch(r"services/[0-9a-f]{32}\.jpg", str(service.photo.name))
    assert (service.photo.width, service.photo.height) == (1600, 1067)
    assert (service.thumbnail.width, service.thumbnail.height) == (560, 420)
    assert b"serial number" not in (media / str(service.photo.name)).read_bytes()


@pytest.mark.parametrize(
    "field", ["title", "category", "kind", "price", "duration_minutes", "description", "photo"]
)
def test_every_field_is_required(
    browser: Client, typed: dict[str, Any], picture: Callable[..., Any], field: str
) -> None:
    data = {**typed, "photo": picture()}
    del data[field]

    response = browser.post(URL, data)

    assert list(response.context["form"].errors) == [field]
    assert Service.objects.count() == 0


def test_every_field_is_explained(browser: Client) -> None:
    form = browser.get(URL).context["form"]

    assert [name for name, field in form.fields.items() if not field.help_text] == ["kept_photo"]


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("price", "0", "Write an amount above zero."),
        ("price", "free", "Write only the number, as in 1234.50."),
        ("duration_minutes", "4", "Ensure this value is greater than or equal to 5."),
        ("duration_minutes", "1441", "Ensure this value is less than or equal to 1440."),
        ("kind", "magic", "Select a valid choice. magic is not one of the available choices."),
    ],
)
def test_bad_values_are_refused_in_words(
    browser: Client, typed: dict[str, Any], picture: Callable[..., Any], field: str, value: str, error: str
) -> None:
    response = browser.post(URL, {**typed, field: value, "photo": picture()})

    assert response.context["form"].errors == {field: [error]}
    assert Service.objects.count() == 0


def test_digits_of_every_script_are_read(
    browser: Client, typed: dict[str, Any], picture: Callable[..., Any]
) -> None:
    browser.post(URL, {**typed, "price": "๑,๒๕๐.๕๐", "duration_minutes": "۹۰", "photo": picture()})

    service = Service.objects.get()
    assert (service.price, service.duration_minutes) == (Decimal("1250.50"), 90)


def test_after_an_error_everything_typed_is_kept_and_the_photo_too(
    browser: Client, typed: dict[str, Any], picture: Callable[..., Any]
) -> None:
    failed = browser.post(URL, {**typed, "price": "free", "photo": picture()})
    page = failed.content.decode()
    token = re.search(r'name="kept_photo" value="([\w-]+)"', page)

    assert 'value="ตัดผมถึงบ้าน"' in page
    assert "Your photo is kept" in page
    assert "data:image/jpeg;base64," in page
    assert token is not None
    browser.post(URL, {**typed, "kept_photo": token[1]})
    service = Service.objects.get()
    assert service.photo.width == 800


def test_a_kept_photo_survives_a_second_error(
    browser: Client, typed: dict[str, Any], picture: Callable[..., Any]
) -> None:
    first = browser.post(URL, {**typed, "price": "free", "photo": picture()}).content.decode()
    token = first.split('name="kept_photo" value="')[1].split('"')[0]

    second = browser.post(URL, {**typed, "title": "", "kept_photo": token}).content.decode()

    assert "Your photo is kept" in second


def test_somebody_elses_kept_photo_is_of_no_use(
    browser: Client,
    client_of: Callable[[User], Client],
    stranger: User,
    typed: dict[str, Any],
    picture: Callable[..., Any],
) -> None:
    page = browser.post(URL, {**typed, "price": "free", "photo": picture()}).content.decode()
    token = page.split('name="kept_photo" value="')[1].split('"')[0]

    response = client_of(stranger).post(URL, {**typed, "kept_photo": token})

    assert list(response.context["form"].errors) == ["photo"]
    assert Service.objects.count() == 0


def gif() -> bytes:
    out = io.BytesIO()
    Image.new("P", (10, 10)).save(out, "GIF")
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"%PDF-1.7 a document", "This file is not a photo: choose a JPEG, PNG or WebP."),
        (
            b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            "This file is not a photo: choose a JPEG, PNG or WebP.",
        ),
        (gif(), "This file is not a photo: choose a JPEG, PNG or WebP."),
        (
            b"\xff\xd8\xff\xe0" + b"\0" * 11 * 1024 * 1024,
            "This photo is larger than 10 MB: choose a smaller one.",
        ),
    ],
    ids=["renamed pdf", "svg", "gif", "11 MB"],
)
def test_what_is_no_photo_is_refused_with_a_reason(
    browser: Client, typed: dict[str, Any], media: Path, content: bytes, error: str
) -> None:
    response = browser.post(URL, {**typed, "photo": SimpleUploadedFile("photo.jpg", content, "image/jpeg")})

    assert response.context["form"].errors == {"photo": [error]}
    assert Service.objects.count() == 0
    assert list(media.iterdir()) == []


def test_a_customer_without_a_shop_cannot_add(
    client_of: Callable[[User], Client], customer: User, typed: dict[str, Any], picture: Callable[..., Any]
) -> None:
    page = client_of(customer).post(URL, {**typed, "photo": picture()}).content.decode()

    assert "Open a shop to offer services" in page
    assert Service.objects.count() == 0
