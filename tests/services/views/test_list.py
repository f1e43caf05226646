from collections.abc import Callable

from django.test import Client

from accounts.models import User
from services.domain import take_off_site, unlist_service
from services.models import Service


def test_list_puts_it_back_and_says_so(
    client_of: Callable[[User], Client], client: Client, provider: User, service: Service
) -> None:
    unlist_service(service)

    response = client_of(provider).post(f"/my/services/{service.pk}/list/", follow=True)

    assert "“Legal advice by video” is on the site now." in response.content.decode()
    assert client.get(f"/services/{service.pk}/").status_code == 200


def test_the_operators_reason_still_holds(
    client_of: Callable[[User], Client], provider: User, operator: User, service: Service
) -> None:
    take_off_site(service, reason="Not allowed here.", by=operator)

    response = client_of(provider).post(f"/my/services/{service.pk}/list/", follow=True)

    assert "It is not on the site." in response.content.decode()
    assert Service.objects.get().is_public is False


def test_only_the_shop_may(client_of: Callable[[User], Client], stranger: User, service: Service) -> None:
    unlist_service(service)

    assert client_of(stranger).post(f"/my/services/{service.pk}/list/").status_code == 404
    assert Service.objects.get().is_public is False
