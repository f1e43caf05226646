"""Connecting a shop's outside order system, and the addresses of its screens."""

import re
from typing import Any
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Provider, User
from accounts.queries import own_shop_of
from marketplace.common.errors import DomainError
from marketplace.common.outgoing import OutgoingError, check_address
from orders.domain.outside.signing import make_secret
from orders.enums import OrderStatus, SaleKind, SendProblem
from orders.models import Order, OutsideSystem

PLACEHOLDERS = ("order", "customer_name", "phone", "agent")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_is_url = URLValidator(schemes=["http", "https"])


def save_system(
    shop: Provider, *, by: User, new_sale_url: str, additional_sale_url: str, webhook_url: str
) -> tuple[OutsideSystem, str]:
    """Connects it, or changes its addresses. With the secret when it is new, else "": it is shown once."""
    _check_owner(shop, by)
    for template in (new_sale_url, additional_sale_url):
        check_template(template)
    if webhook_url:
        check_event_address(webhook_url)
    addresses = {
        "new_sale_url": new_sale_url,
        "additional_sale_url": additional_sale_url,
        "webhook_url": webhook_url,
    }
    system, is_new = OutsideSystem.objects.update_or_create(
        provider=shop, defaults=addresses, create_defaults={**addresses, "secret": make_secret()}
    )
    return system, system.secret if is_new else ""


def new_secret(shop: Provider, *, by: User) -> str:
    """From now on the old one signs nothing."""
    _check_owner(shop, by)
    secret = make_secret()
    _change(shop, secret=secret)
    return secret


def disconnect(shop: Provider, *, by: User) -> None:
    """No screens, no events, no updates; the addresses, the secret and the logs stay."""
    _check_owner(shop, by)
    _change(shop, is_active=False)


def reconnect(shop: Provider, *, by: User) -> None:
    _check_owner(shop, by)
    _change(shop, is_active=True)


def screen_address(order: Order, by: User) -> str | None:
    """The outside screen that fills this draft, opened by `by`; None when our own screen does.

    A POST must not redirect there: the site's `form-action 'self'` stops it. Redirect to
    `orders:outside_screen`, which leads on.
    """
    if order.status != OrderStatus.DRAFT:
        return None
    system = OutsideSystem.objects.filter(provider_id=order.provider_id, is_active=True).first()
    if system is None:
        return None
    is_additional = order.sale_kind == SaleKind.ADDITIONAL
    return fill_template(
        system.additional_sale_url if is_additional else system.new_sale_url,
        order=str(order.pk),
        customer_name=order.customer_name,
        phone=order.phone,
        agent=agent_of(by),
    )


def agent_of(user: User) -> str:
    """What tells the shop's people apart, in both systems."""
    return user.email or user.get_username()


def updates_address(system: OutsideSystem) -> str:
    return str(settings.BASE_URL) + reverse("orders:outside_updates", args=[system.token])


def fill_template(template: str, **values: str) -> str:
    return _PLACEHOLDER.sub(lambda found: quote(values[found[1]], safe=""), template)


def check_template(template: str) -> None:
    """Refuses (code address, private, placeholder, host, order) what would not lead to one screen."""
    names = _PLACEHOLDER.findall(template)
    unknown = next((name for name in names if name not in PLACEHOLDERS), None)
    if unknown is not None:
        raise DomainError(
            _("There is no {%(name)s}. Use {order}, {customer_name}, {phone} and {agent}.")
            % {"name": unknown},
            code="placeholder",
        )
    if "{" in _PLACEHOLDER.sub("", template) or "}" in _PLACEHOLDER.sub("", template):
        raise DomainError(_("A brace is missing. Write placeholders like {order}."), code="placeholder")
    if "order" not in names:
        raise DomainError(
            _("Put {order} where your system takes the card's id, so that its updates find the card."),
            code="order",
        )
    _check_address(fill_template(template, **dict.fromkeys(PLACEHOLDERS, "1")))
    # A customer must not choose the host by their name.
    if "{" in urlsplit(template).netloc:
        raise DomainError(_("Placeholders can stand only behind the host's name."), code="host")


def check_event_address(url: str) -> None:
    _check_address(url)


def _check_address(url: str) -> None:
    try:
        _is_url(url)
        check_address(url, allow_private=settings.OUTSIDE_ALLOW_PRIVATE)
    except ValidationError as error:
        raise DomainError(
            _("Write a whole address, such as https://orders.example.com/new?card={order}."), code="address"
        ) from error
    except OutgoingError as error:
        raise DomainError(SendProblem(error.code).label, code=error.code) from error


def _check_owner(shop: Provider, by: User) -> None:
    if own_shop_of(by) != shop:
        raise DomainError(_("Only the shop's owner can do this."), code="not_allowed")


def _change(shop: Provider, **changes: Any) -> None:
    with transaction.atomic():
        if not OutsideSystem.objects.filter(provider=shop).update(**changes):
            raise DomainError(_("Connect your order system first."), code="not_connected")
