"""Rights as Manage Permissions gives and takes them, one by one."""

from typing import Any

import pytest
from django.urls import reverse

from accounts.models import User
from loyalty.enums import Right, Role
from loyalty.models import BackofficeAccount, RoleRights
from tests.access.rights import EVERY_ROLES, OPENED_BY
from tests.access.rules import OFFICE_ROLES, RULES, WHO_GAVE
from tests.access.test_addresses import _open


def test_every_address_of_the_backoffice_needs_a_right_or_is_every_roles() -> None:
    of_loyalty = {name: rule for name, rule in RULES.items() if name.startswith("loyalty:")}
    office = {
        name
        for name, rule in of_loyalty.items()
        if rule.allowed == WHO_GAVE or (rule.allowed & {*OFFICE_ROLES} and "customer" not in rule.allowed)
    }

    assert office == OPENED_BY.keys() | EVERY_ROLES


@pytest.mark.parametrize("name", sorted(OPENED_BY))
def test_an_address_is_there_with_its_right_alone_and_not_without_it(
    name: str, world: dict[str, Any], people: dict[str, User]
) -> None:
    rule, ways = RULES[name], OPENED_BY[name]
    # At a counter each one opens what he himself did: in the world that was the operator.
    person = people["operator"] if rule.allowed == WHO_GAVE else people["office_operator"]
    User.objects.filter(pk=person.pk).update(is_superuser=False)
    BackofficeAccount.objects.update_or_create(user=person, defaults={"role": Role.OPERATOR})
    address = reverse(name, kwargs=rule.arguments(world))

    def tried(rights: set[Right]) -> str:
        RoleRights.objects.update_or_create(role=Role.OPERATOR, defaults={"rights": sorted(rights)})
        return _open(address, rule, User.objects.get(pk=person.pk), world)

    lacking = [{right} for right in ways[0]] if len(ways) == 1 else [set[Right]().union(*ways)]
    assert {tried(set(Right) - missing) for missing in lacking} == {"not found"}
    assert {tried(way) for way in ways} == {"exists"}
