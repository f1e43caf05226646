"""Who may open what. Every address of the site stands here; the test fails on one that does not.

`allowed` are the people of the cast for whom the address exists. For the others: who is signed out is
sent to log in, who is signed in gets 404.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

SIGNED_OUT = "signed_out"
PEOPLE = ("customer", "provider", "agent", "stranger", "courier", "operator")
ACTORS = (SIGNED_OUT, *PEOPLE)

EVERYBODY = frozenset(ACTORS)
SIGNED_IN = frozenset(PEOPLE)
BOTH_SIDES = frozenset({"customer", "provider", "agent"})  # of the thread, order, appointment
SHOP = frozenset({"provider", "agent"})
CUSTOMER = frozenset({"customer"})
CALLERS = frozenset({"customer", "provider"})  # the host and the customer, not the host's colleagues
OPERATOR = frozenset({"operator"})

World = dict[str, Any]
Arguments = Callable[[World], dict[str, Any]]


@dataclass(frozen=True)
class Rule:
    allowed: frozenset[str]
    arguments: Arguments = field(default=lambda world: {})
    method: str = "get"
    data: Callable[[World], dict[str, Any]] = field(default=lambda world: {})


def _pk(name: str, key: str = "pk") -> Arguments:
    return lambda world: {key: world[name].pk}


def get(allowed: frozenset[str], arguments: Arguments = lambda world: {}) -> Rule:
    return Rule(allowed, arguments)


def post(allowed: frozenset[str], arguments: Arguments = lambda world: {}, **data: Any) -> Rule:
    return Rule(allowed, arguments, "post", lambda world: data)


RULES: dict[str, Rule] = {}
