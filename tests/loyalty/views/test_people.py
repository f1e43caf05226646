from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from loyalty.enums import Right, Role
from loyalty.models import RoleRights

pytestmark = pytest.mark.django_db


def test_a_new_accounts_password_is_shown_once(admin_client: Client) -> None:
    data = {"name": "Malee", "username": "malee", "role": "operator", "email": ""}

    shown = admin_client.post("/admin/permissions/add/", data, follow=True)
    again = admin_client.get("/admin/permissions/")

    user = User.objects.get(username="malee")
    password = shown.context["log_in"]["password"]
    assert user.check_password(password)
    assert password in shown.text
    assert password not in again.text


def test_what_was_typed_stays_when_the_username_is_taken(admin_client: Client) -> None:
    data = {"name": "Malee", "username": "chief", "role": "staff", "email": "malee@people.example"}

    response = admin_client.post("/admin/permissions/add/", data)

    assert response.status_code == 422
    assert 'value="malee@people.example"' in response.text
    assert "This username is taken." in response.text
    assert User.objects.count() == 1


def test_an_account_is_closed_and_opened_again(
    admin_client: Client, make_backoffice: Callable[..., User]
) -> None:
    clerk = make_backoffice("clerk", Role.OPERATOR)

    admin_client.post(f"/admin/permissions/{clerk.pk}/deactivate/")
    clerk.refresh_from_db()
    assert clerk.is_active is False

    admin_client.post(f"/admin/permissions/{clerk.pk}/activate/")
    clerk.refresh_from_db()
    assert clerk.is_active is True


def test_an_account_outside_the_backoffice_is_not_found(admin_client: Client, customer: User) -> None:
    for address in ("", "deactivate/", "password/"):
        response = getattr(admin_client, "post" if address else "get")(
            f"/admin/permissions/{customer.pk}/{address}"
        )
        assert response.status_code == 404

    customer.refresh_from_db()
    assert customer.is_active


def test_the_ticks_become_the_roles_rights(admin_client: Client) -> None:
    page = admin_client.get("/admin/permissions/rights/").text
    assert 'name="operator-members"' in page

    admin_client.post("/admin/permissions/rights/save/", {"operator-members": "on", "staff-counter": "on"})

    rows = dict(RoleRights.objects.values_list("role", "rights"))
    assert rows == {"operator": [Right.MEMBERS], "staff": [Right.COUNTER]}


def test_the_list_asks_as_much_for_three_as_for_one(
    admin_client: Client, make_backoffice: Callable[..., User], django_assert_num_queries: Callable
) -> None:
    admin_client.get("/admin/permissions/")
    with django_assert_num_queries(3):  # session, person (an Admin without a row), people
        admin_client.get("/admin/permissions/")

    for name in ("one", "two"):
        make_backoffice(name, Role.OPERATOR)

    with django_assert_num_queries(3):
        admin_client.get("/admin/permissions/")


def test_the_ticks_of_the_rights_have_the_manuals_names(admin_client: Client) -> None:
    admin_client.post("/admin/language/save/", {"language": "th"})

    page = admin_client.get("/admin/permissions/rights/").text

    assert 'aria-label="Reward Setup: Operator"' in page
    assert 'aria-label="Dashboard: Staff"' in page
