"""Logging in, the side menu, and what is everybody's own: profile, manual, language."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from loyalty.enums import Right, Role
from loyalty.manual import manual_pdf
from loyalty.menu import menu_for
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("language", ["en", "th", "fa", "vi"])
def test_the_log_in_has_the_manuals_words_in_every_language(client: Client, language: str) -> None:
    client.cookies["django_language"] = language

    page = client.get("/admin/", follow=True)

    assert page.redirect_chain[-1][0] == "/accounts/login/?next=/admin/login/"
    assert '<span translate="no" lang="en">Login</span>' in page.text
    assert '<span translate="no" lang="en">Forgot Password</span>' in page.text


@pytest.mark.parametrize(("role", "start"), [(Role.ADMIN, "/admin/home/"), (Role.STAFF, "/counter/")])
def test_logging_in_leads_to_where_the_role_works(
    role: Role, start: str, client: Client, make_backoffice: Callable[..., User]
) -> None:
    make_backoffice("somebody", role)

    page = client.post(
        "/accounts/login/", {"login": "somebody", "password": PASSWORD, "next": "/admin/login/"}
    )

    assert page["Location"] == "/admin/login/"
    assert client.get("/admin/login/")["Location"] == start


def test_the_first_log_in_asks_for_a_new_password_and_then_goes_on_to_the_backoffice(
    client_of: Callable[[User], Client], make_backoffice: Callable[..., User]
) -> None:
    clerk = make_backoffice("clerk", Role.OPERATOR)
    User.objects.filter(pk=clerk.pk).update(must_change_password=True)
    client = client_of(clerk)

    assert client.get("/admin/profile/")["Location"] == "/accounts/password/change/"
    changed = client.post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": "quite-another-7", "password2": "quite-another-7"},
    )

    assert changed["Location"] == "/admin/login/"


def test_who_changes_the_password_from_the_backoffice_comes_back_to_it(
    client_of: Callable[[User], Client], make_backoffice: Callable[..., User]
) -> None:
    client = client_of(make_backoffice("clerk", Role.OPERATOR))
    address = "/accounts/password/change/?next=/admin/profile/"

    assert f'href="{address}"' in client.get("/admin/profile/").text
    page = client.get(address).text
    changed = client.post(
        "/accounts/password/change/",
        {
            "oldpassword": PASSWORD,
            "password1": "quite-another-7",
            "password2": "quite-another-7",
            "next": "/admin/profile/",
        },
    )

    assert '<a class="back-link" href="/admin/profile/">' in page
    assert changed["Location"] == "/admin/profile/"


def test_a_refused_page_of_records_is_told_in_the_readers_language(
    client_of: Callable[[User], Client], make_backoffice: Callable[..., User]
) -> None:
    clerk = make_backoffice("clerk", Role.OPERATOR)
    User.objects.filter(pk=clerk.pk).update(language="th")

    response = client_of(clerk).get("/admin/loyalty/ledgerentry/")

    assert response.status_code == 403
    assert "ไม่พบหน้านี้" in response.text


def test_the_menu_has_what_the_role_may_use(
    client_of: Callable[[User], Client], make_backoffice: Callable[..., User]
) -> None:
    page = client_of(make_backoffice("till", Role.STAFF)).get("/admin/profile/").text

    assert 'href="/admin/profile/" aria-current="page"' in page
    assert "Manage Permissions" not in page
    assert "Records" not in page


def test_menus_that_do_not_work_yet_are_hidden() -> None:
    names = {item.name for group in menu_for(set(Right)) for item in group.items}

    assert "Account Setup" in names
    assert not names & {"Targeted Message", "Rich Menu Setup", "Theme Setup", "Extensions"}


def test_an_admin_finds_djangos_lists_in_the_same_menu(admin_client: Client) -> None:
    page = admin_client.get("/admin/loyalty/ledgerentry/").text

    assert 'href="/admin/setup/"' in page
    assert 'href="/admin/loyalty/ledgerentry/" aria-current="page"' in page


def test_a_page_below_a_menu_marks_it_and_leads_back(admin_client: Client) -> None:
    page = admin_client.get("/admin/permissions/add/").text

    assert 'href="/admin/permissions/" aria-current="true"' in page
    assert '<nav class="office-crumbs"' in page


def test_the_own_profile_is_saved_and_its_email_is_not_confirmed_by_that(
    client_of: Callable[[User], Client], make_backoffice: Callable[..., User]
) -> None:
    clerk = make_backoffice("clerk", Role.OPERATOR)
    data = {"display_name": "Somchai", "email": "new@people.example", "phone": "", "language": "th"}

    response = client_of(clerk).post("/admin/profile/save/", data)

    clerk.refresh_from_db()
    assert response["Location"] == "/admin/profile/"
    assert (clerk.display_name, clerk.email, clerk.language) == ("Somchai", "new@people.example", "th")
    assert list(clerk.emailaddress_set.values_list("email", "verified", "primary")) == [
        ("new@people.example", False, True)
    ]


def test_the_language_is_remembered_for_the_person(
    client_of: Callable[[User], Client], make_backoffice: Callable[..., User]
) -> None:
    clerk = make_backoffice("clerk", Role.OPERATOR)
    client = client_of(clerk)

    client.post("/admin/language/save/", {"language": "th"})
    client.post("/admin/language/save/", {"language": "xx"})

    clerk.refresh_from_db()
    assert clerk.language == "th"
    assert 'lang="th"' in client.get("/admin/language/").text


@pytest.mark.parametrize("language", ["th", "en"])
def test_the_manual_is_a_pdf_to_download(language: str, admin_client: Client) -> None:
    response = admin_client.get(f"/admin/manual/{language}.pdf")

    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == f'attachment; filename="backoffice-manual-{language}.pdf"'
    assert response.content.startswith(b"%PDF-")
    assert response.content == manual_pdf(language, store="Talad")
    assert admin_client.get("/admin/manual/fa.pdf").status_code == 404
