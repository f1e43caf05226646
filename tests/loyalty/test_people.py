import threading
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client

from accounts.models import User
from loyalty.domain import people as domain
from loyalty.domain.people import Person
from loyalty.enums import Right, Role
from loyalty.models import BackofficeAccount, Branch, RoleRights
from loyalty.permissions import rights_of, role_of
from marketplace.common.errors import DomainError


@pytest.fixture
def chief(make_backoffice: Callable[..., User]) -> User:
    return make_backoffice("chief", Role.ADMIN)


def test_an_account_gets_a_password_that_is_changed_at_the_first_log_in(chief: User, branch: Branch) -> None:
    said = Person(name="Malee", username=" Malee-๑ ", email="malee@people.example", branch=branch)

    user, password = domain.define_account(said, by=chief)

    user.refresh_from_db()
    assert (user.username, user.email, user.is_staff, user.is_superuser) == (
        "malee-1",
        "malee@people.example",
        True,
        False,
    )
    assert (user.check_password(password), user.must_change_password) == (True, True)
    assert (role_of(user), user.backoffice.branch) == (Role.STAFF, branch)
    assert rights_of(user) == {Right.COUNTER}


def test_only_staff_is_bound_to_a_branch(chief: User, branch: Branch) -> None:
    user, _password = domain.define_account(
        Person(name="Om", username="om1", role=Role.OPERATOR, branch=branch), by=chief
    )

    assert user.backoffice.branch is None


@pytest.mark.parametrize(("username", "code"), [("ab", "username"), ("CHIEF", "username_taken")])
def test_a_username_that_cannot_be_is_refused(username: str, code: str, chief: User) -> None:
    with pytest.raises(DomainError) as refused:
        domain.define_account(Person(name="Malee", username=username), by=chief)

    assert refused.value.code == code
    assert (User.objects.count(), BackofficeAccount.objects.count()) == (1, 0)


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.STAFF])
def test_nobody_but_an_admin_makes_accounts_or_changes_rights(
    role: Role, make_backoffice: Callable[..., User]
) -> None:
    by = make_backoffice("somebody", role)
    RoleRights.objects.create(role=role, rights=list(Right))  # however the row came about

    with pytest.raises(DomainError) as refused:
        domain.define_account(Person(name="Malee", username="malee", role=Role.ADMIN), by=by)
    with pytest.raises(DomainError) as refused_rights:
        domain.save_rights({Role.OPERATOR: set(Right), Role.STAFF: set(Right)}, by=by)

    assert (refused.value.code, refused_rights.value.code) == ("not_allowed", "not_allowed")
    assert User.objects.count() == 1


def test_nobody_demotes_or_deactivates_oneself(chief: User, make_backoffice: Callable[..., User]) -> None:
    make_backoffice("second", Role.ADMIN)

    with pytest.raises(DomainError) as demoted:
        domain.change_account(chief, Person(name="Chief", username="chief", role=Role.STAFF), by=chief)
    with pytest.raises(DomainError) as closed:
        domain.deactivate(chief, by=chief)

    chief.refresh_from_db()
    assert (demoted.value.code, closed.value.code) == ("own_role", "self")
    assert (role_of(chief), chief.is_active) == (Role.ADMIN, True)


def test_an_admin_who_is_demoted_loses_djangos_rights_too(
    chief: User, make_backoffice: Callable[..., User]
) -> None:
    second = make_backoffice("second", Role.ADMIN)

    domain.change_account(second, Person(name="Second", username="second", role=Role.OPERATOR), by=chief)

    second.refresh_from_db()
    assert (role_of(second), second.is_superuser) == (Role.OPERATOR, False)


@pytest.mark.django_db(transaction=True)
def test_two_admins_who_deactivate_each_other_at_once_leave_one(
    chief: User, make_backoffice: Callable[..., User]
) -> None:
    second = make_backoffice("second", Role.ADMIN)
    start, refused = threading.Barrier(2), []

    def deactivate(user: User, by: User) -> None:
        start.wait()
        try:
            domain.deactivate(user, by=by)
        except DomainError as error:
            refused.append(error.code)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=deactivate, args=(User.objects.get(pk=user.pk), User.objects.get(pk=by.pk)))
        for user, by in ((chief, second), (second, chief))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert refused == ["not_allowed"]
    assert User.objects.filter(is_active=True).count() == 1


def test_a_reset_password_logs_out_and_must_be_changed(
    chief: User, make_backoffice: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    clerk = make_backoffice("clerk", Role.OPERATOR)
    client = client_of(clerk)

    password = domain.reset_password(clerk, by=chief)

    clerk.refresh_from_db()
    assert (clerk.check_password(password), clerk.must_change_password) == (True, True)
    assert client.get("/admin/profile/").status_code == 302


def test_rights_hold_at_once_and_permissions_stay_an_admins(
    chief: User, make_backoffice: Callable[..., User]
) -> None:
    clerk = make_backoffice("clerk", Role.OPERATOR)
    chosen = {Role.OPERATOR: {Right.MEMBERS, Right.PERMISSIONS}, Role.STAFF: set[Right]()}

    domain.save_rights(chosen, by=chief)

    assert rights_of(clerk) == {Right.MEMBERS}
    assert rights_of(make_backoffice("till", Role.STAFF)) == set()
    assert rights_of(chief) == set(Right)
