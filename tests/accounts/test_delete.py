from collections.abc import Callable

import pytest
from django.db.models import ProtectedError
from django.test import Client
from django.urls import reverse

from accounts.models import User
from orders.models import Order

SENTENCE = "Accounts are not deleted: orders, notes and credits belong to them. Suspend the account instead."


def test_deleting_a_customer_in_the_admin_is_refused_with_a_sentence(
    client_of: Callable[[User], Client], operator: User, customer: User, order: Order
) -> None:
    client = client_of(operator)

    for response in (
        client.get(reverse("admin:accounts_user_delete", args=[customer.pk]), follow=True),
        client.post(reverse("admin:accounts_user_delete", args=[customer.pk]), {"post": "yes"}, follow=True),
    ):
        assert response.status_code == 200
        assert SENTENCE in response.content.decode()

    assert Order.objects.get().customer == customer


def test_the_list_offers_no_deleting(
    client_of: Callable[[User], Client], operator: User, customer: User, order: Order
) -> None:
    data = {"action": "delete_selected", "_selected_action": [customer.pk], "post": "yes"}

    html = client_of(operator).post(reverse("admin:accounts_user_changelist"), data, follow=True)

    assert html.status_code == 200
    assert User.objects.filter(pk=customer.pk).exists()


def test_the_models_refuse_it_too(customer: User, order: Order) -> None:
    with pytest.raises(ProtectedError):
        customer.delete()

    assert Order.objects.get().customer == customer
