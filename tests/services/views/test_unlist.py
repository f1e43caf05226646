from collections.abc import Callable

from django.test import Client

from accounts.models import User
from services.models import Service


def test_unlist_takes_it_off_and_says_so(
    client_of: Callable[[User], Client], client: Client, provider: User, service: Service
) -> None:
    response = client_of(provider).post(f"/my/services/{service.pk}/unlist/", follow=True)

    assert "“Legal advice by video” is off the site." in response.content.decode()
    assert client.get(f"/services/{service.pk}/").status_code == 404


def test_only_the_shop_may(client_of: Callable[[User], Client], stranger: User, service: Service) -> None:
    assert client_of(stranger).post(f"/my/services/{service.pk}/unlist/").status_code == 404
    assert Service.objects.get().is_public is True


def test_a_link_cannot_do_it(client_of: Callable[[User], Client], provider: User, service: Service) -> None:
    assert client_of(provider).get(f"/my/services/{service.pk}/unlist/").status_code == 405
    assert Service.objects.get().is_public is True
