import pytest

from accounts.domain import add_agent, remove_agent
from accounts.models import Provider, User
from accounts.queries import works_at
from marketplace.common.errors import DomainError


def test_an_agent_joins_once_and_leaves(shop: Provider, customer: User) -> None:
    first, again = add_agent(shop, customer), add_agent(shop, customer)
    worked = works_at(customer, shop.pk)

    remove_agent(first)

    assert first.pk == again.pk
    assert (worked, works_at(customer, shop.pk)) == (True, False)


def test_the_owner_cannot_be_removed(shop: Provider, provider: User) -> None:
    with pytest.raises(DomainError, match="cannot be removed"):
        remove_agent(shop.members.get(user=provider))

    assert works_at(provider, shop.pk)
