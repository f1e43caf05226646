"""The active filters of a list, each with the address of the same list without it."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language, gettext

from marketplace.common.money import format_money
from services.enums import ServiceKind
from services.models import Category


@dataclass(frozen=True, slots=True)
class Chip:
    label: str
    remove_url: str


def active_filters(chosen: dict[str, Any], category: Category | None) -> list[Chip]:
    """`chosen` is BrowseForm's cleaned data; what is empty in it has no chip."""
    values = {
        name: chosen[name] for name in ("q", "kind", "min_price", "max_price", "sort") if chosen.get(name)
    }
    if category:
        values["category"] = category.slug
    labels = {name: _label(name, value) for name, value in values.items() if name != "sort"}
    if category:
        labels["category"] = category.name
    return [Chip(label, list_url(values, without=name)) for name, label in labels.items()]


def list_url(values: dict[str, Any], *, without: str = "") -> str:
    """The list with `values` as its filters; a category alone has an address of its own."""
    kept = {name: value for name, value in values.items() if name != without}
    if list(kept) == ["category"]:
        return reverse("services:category", args=[kept["category"]])
    return reverse("services:browse") + (f"?{urlencode(kept)}" if kept else "")


def _label(name: str, value: Any) -> str:
    if name == "q":
        return f"“{value}”"
    if name == "kind":
        return str(ServiceKind(value).label)
    if name in ("min_price", "max_price"):
        amount = format_money(value, settings.STORE_CURRENCY, get_language() or "en")
        if name == "min_price":
            return gettext("from %(amount)s") % {"amount": amount}
        return gettext("up to %(amount)s") % {"amount": amount}
    return str(value)
