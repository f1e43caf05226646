from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from marketplace.common.images import reencode_photo
from services.domain import change_service, take_off_site
from services.models import Service

pytestmark = pytest.mark.usefixtures("media")


@pytest.fixture
def with_photo(service: Service, picture: Callable[..., Any]) -> Service:
    return change_service(service, new_photo=reencode_photo(picture()))


def test_the_form_shows_what_is_stored(
    client_of: Callable[[User], Client], provider: User, with_photo: Service
) -> None:
    page = client_of(provider).get(f"/my/services/{with_photo.pk}/edit/").content.decode()

    assert 'value="Legal advice by video"' in page
    assert f'src="/media/{with_photo.photo.name}"' in page


def test_changes_are_on_the_site_and_the_photo_stays(
    client_of: Callable[[User], Client], provider: User, with_photo: Service, typed: dict[str, Any]
) -> None:
    client_of(provider).post(f"/my/services/{with_photo.pk}/edit/", {**typed, "price": "999"})

    changed = Service.objects.get(pk=with_photo.pk)
    assert (changed.title, changed.price) == ("ตัดผมถึงบ้าน", Decimal(999))
    assert changed.photo.name == with_photo.photo.name


def test_a_mistake_changes_nothing(
    client_of: Callable[[User], Client], provider: User, with_photo: Service, typed: dict[str, Any]
) -> None:
    response = client_of(provider).post(f"/my/services/{with_photo.pk}/edit/", {**typed, "price": ""})

    assert list(response.context["form"].errors) == ["price"]
    assert Service.objects.get(pk=with_photo.pk).title == "Legal advice by video"


def test_editing_does_not_put_back_what_the_operator_took_off(
    client_of: Callable[[User], Client],
    provider: User,
    operator: User,
    with_photo: Service,
    typed: dict[str, Any],
) -> None:
    take_off_site(with_photo, reason="Not allowed here.", by=operator)

    response = client_of(provider).post(f"/my/services/{with_photo.pk}/edit/", typed, follow=True)

    assert Service.objects.get(pk=with_photo.pk).is_public is False
    assert "It is not on the site." in response.content.decode()


@pytest.mark.parametrize("who", ["stranger", "customer"])
def test_somebody_elses_service_is_not_found(
    client_of: Callable[[User], Client],
    request: pytest.FixtureRequest,
    with_photo: Service,
    typed: dict[str, Any],
    who: str,
) -> None:
    browser = client_of(request.getfixturevalue(who))

    assert browser.get(f"/my/services/{with_photo.pk}/edit/").status_code == 404
    assert browser.post(f"/my/services/{with_photo.pk}/edit/", typed).status_code == 404
    assert Service.objects.get(pk=with_photo.pk).title == "Legal advice by video"
