from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.forms import ModelForm
from django.test import Client

from accounts.models import User
from loyalty.domain.programme import programme
from loyalty.enums import Role
from loyalty.forms.home import RuleForm
from loyalty.forms.levels import LevelSettingsForm
from loyalty.forms.setup import ProgrammeForm, StoreForm
from loyalty.models import Branch, Programme

pytestmark = pytest.mark.django_db
RULES = {
    "is_running": "on",
    "expiry_months": "6",
    "hold_days": "๑๔",
    "point_value": "0.25",
    "needs_approval": "on",
}
CONTACT = {"store_name": "Talad Siam", "contact_phone": "081 234 5678", "website": "https://talad.example"}
INSIGHT = {"new_days": "7", "regular_purchases": "2", "regular_days": "60", "inactive_days": "120"}
LEVELS = {"level_criterion": "points", "level_window": "0", "fall": "kept", "months": "3"}


def test_the_stores_name_and_contact_are_saved(admin_client: Client) -> None:
    response = admin_client.post("/admin/setup/save/", CONTACT)

    assert response["Location"] == "/admin/setup/"
    saved = programme()
    assert (saved.store_name, str(saved.contact_phone)) == ("Talad Siam", "+66812345678")


def test_how_the_programme_works_is_saved_in_any_digits(admin_client: Client) -> None:
    admin_client.post("/admin/setup/programme/save/", RULES)

    saved = programme()
    assert (saved.expiry_months, saved.hold_days, str(saved.point_value), saved.needs_approval) == (
        6,
        14,
        "0.2500",
        True,
    )


def test_the_rule_of_user_insight_has_its_one_place_there(admin_client: Client) -> None:
    """Where saving it counts the groups anew."""
    page = admin_client.get("/admin/setup/programme/").text
    saved = admin_client.post("/admin/setup/programme/save/", RULES | {"new_days": "7"})

    assert 'name="new_days"' not in page
    assert (saved.status_code, programme().hold_days, programme().new_days) == (302, 14, 30)


@pytest.mark.parametrize(
    ("bound", "saved"),
    [
        (lambda: StoreForm(CONTACT, instance=programme()), {"store_name": "Talad Siam"}),
        (lambda: ProgrammeForm(RULES, instance=programme(), is_admin=True), {"hold_days": 14}),
        (lambda: RuleForm(INSIGHT, instance=programme()), {"new_days": 7, "inactive_days": 120}),
        (
            lambda: LevelSettingsForm(LEVELS, instance=programme()),
            {"level_criterion": "points", "level_keep_months": 3},
        ),
    ],
)
def test_a_form_writes_nothing_but_what_it_asks(
    bound: Callable[[], ModelForm[Programme]], saved: dict[str, Any]
) -> None:
    """What others wrote since it read the programme stays, as the worker's last day."""
    form = bound()
    Programme.objects.update(worked_on=date(2026, 11, 22))

    assert form.is_valid(), form.errors
    form.save()

    assert programme().worked_on == date(2026, 11, 22)
    assert Programme.objects.values(*saved).get() == saved


def test_only_an_admin_switches_the_second_person_off(
    admin_client: Client, make_backoffice: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    operator = client_of(make_backoffice("oper", Role.OPERATOR))
    address = "/admin/setup/programme/save/"
    without = {name: value for name, value in RULES.items() if name != "needs_approval"}
    operator.post(address, RULES)

    response = operator.post(address, {**without, "hold_days": "3"})

    assert (response.status_code, programme().hold_days, programme().needs_approval) == (302, 3, True)
    assert "Only an Admin switches this off." in operator.get("/admin/setup/programme/").text
    assert "Only an Admin switches this off." not in admin_client.get("/admin/setup/programme/").text
    admin_client.post(address, without)
    assert programme().needs_approval is False


def test_points_are_held_for_ninety_days_at_most(admin_client: Client) -> None:
    response = admin_client.post("/admin/setup/programme/save/", {**RULES, "hold_days": "91"})

    assert response.status_code == 422
    assert 'value="91"' in response.text
    assert programme().hold_days == 0


def test_a_branch_is_added_under_a_code_of_its_own(admin_client: Client, branch: Branch) -> None:
    admin_client.post("/admin/setup/branches/add/", {"name": "Ari", "code": " ari "})
    twice = admin_client.post("/admin/setup/branches/add/", {"name": "Other", "code": "siam"})

    assert twice.status_code == 422
    assert "Another branch has this code." in twice.text
    assert sorted(Branch.objects.values_list("name", "code")) == [("Ari", "ARI"), ("Siam", "SIAM")]


def test_a_branch_is_closed_and_not_deleted(admin_client: Client, branch: Branch) -> None:
    admin_client.post(f"/admin/setup/branches/{branch.pk}/close/")
    branch.refresh_from_db()
    assert branch.is_active is False

    admin_client.post(f"/admin/setup/branches/{branch.pk}/open/")
    branch.refresh_from_db()
    assert branch.is_active is True


@pytest.mark.parametrize("address", ["/admin/setup/", "/admin/setup/branches/add/"])
def test_the_address_of_store_and_branch_is_one_for_letters(address: str, admin_client: Client) -> None:
    admin_client.post("/admin/language/save/", {"language": "th"})

    page = admin_client.get(address).text

    assert "ที่อยู่ทางไปรษณีย์" in page
    assert "ที่อยู่เว็บ" not in page
