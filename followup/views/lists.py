"""The desk's lists, and the files that they can be taken away as."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from accounts.models import Provider, User
from accounts.queries import reader
from followup import queries
from followup.enums import LeadKind
from followup.forms import ListForm
from followup.queries import Row, Wanted, day_of
from followup.queries.pages import OVERDUE, Place
from followup.views.common import membership
from marketplace.common.export import Cell, export_response
from orders.enums import Symbol

EXPORT_BATCH = 500


@dataclass(frozen=True, slots=True)
class Menu:
    """A list of the desk: what is in it, and by what it can be narrowed beside state and search."""

    slug: str
    title: Any
    kinds: tuple[LeadKind, ...]
    filters: tuple[str, ...] = ()


_ORDER_FILTERS = ("status", "channel", "agent", "service", "first")
MENUS = {
    menu.slug: menu
    for menu in (
        Menu("follow-up", gettext_lazy("Follow-up"), queries.ALL_KINDS),
        Menu("orders", gettext_lazy("Orders"), (LeadKind.ORDER,), _ORDER_FILTERS),
        Menu("callbacks", gettext_lazy("Callback requests"), (LeadKind.CALLBACK,)),
        Menu("transfers", gettext_lazy("Transfer notices"), (LeadKind.TRANSFER,), ("finding", "decision")),
    )
}


@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """The way in: what there is to do, and the six menus."""
    place = membership(request)
    context = {
        "symbols": _symbols(queries.counts(place.provider, seen_by=reader(request))),
    }
    return render(request, "followup/desk.html", context)


@require_GET
def leads(request: HttpRequest) -> HttpResponse:
    return _list(request, MENUS["follow-up"])


@require_GET
def orders(request: HttpRequest) -> HttpResponse:
    return _list(request, MENUS["orders"])


@require_GET
def callbacks(request: HttpRequest) -> HttpResponse:
    return _list(request, MENUS["callbacks"])


@require_GET
def transfers(request: HttpRequest) -> HttpResponse:
    return _list(request, MENUS["transfers"])


@require_GET
def export(request: HttpRequest, menu: str, file_format: str) -> HttpResponseBase:
    """The whole list as it is narrowed now, in its order."""
    if menu not in MENUS or file_format not in ("csv", "xlsx"):
        raise Http404
    chosen, shop = MENUS[menu], membership(request).provider
    form = ListForm(request.GET, provider=shop, names=chosen.filters)
    rows = _all_rows(shop, reader(request), chosen, _state(request), form.wanted())
    zone = day_of(shop).zone
    return export_response(
        "csv" if file_format == "csv" else "xlsx",
        f"{chosen.slug}-{day_of(shop).start:%Y-%m-%d}",
        _headings(shop),
        (_cells(row) for row in rows),
        zone=zone,
        rtl=translation.get_language_bidi(),
    )


def _list(request: HttpRequest, menu: Menu) -> HttpResponse:
    place = membership(request)
    shop, user, day = place.provider, reader(request), day_of(place.provider)
    form = ListForm(request.GET, provider=shop, names=menu.filters)
    wanted, state = form.wanted(), _state(request)
    after = Place.read(request.GET.get("after", ""))
    leads = queries.leads_of(menu.kinds, shop, user, wanted)
    keys, following = queries.page_of(
        shop,
        seen_by=user,
        kinds=menu.kinds,
        state=state,
        wanted=wanted,
        after=after,
        day=day,
        leads=leads,
    )
    counts = queries.counts(shop, seen_by=user, kinds=menu.kinds, wanted=wanted, day=day, leads=leads)
    context = {
        "menu": menu,
        "form": form,
        "rows": queries.rows_at(keys, day),
        "next": str(following) if following else "",
        "is_first_page": after == Place(),
        "state": state,
        "search": wanted.search,
        "is_narrowed": wanted != Wanted(),
        "symbols": _symbols(counts),
        "total": sum(counts.values()),
        "shop_zone": shop.time_zone,
        "many_kinds": len(menu.kinds) > 1,
    }
    return render(request, "followup/list.html", context)


def _symbols(counts: dict[str, int]) -> list[tuple[str, Any, int]]:
    return [(symbol.value, symbol.label, counts[symbol.value]) for symbol in Symbol]


def _state(request: HttpRequest) -> str:
    state = request.GET.get("state", "")
    return state if state in (*Symbol.values, OVERDUE) else ""


def _all_rows(shop: Provider, user: User, menu: Menu, state: str, wanted: Wanted) -> Iterator[Row]:
    """Page after page, so that a million rows need no more memory than five hundred."""
    day = day_of(shop)
    place: Place | None = Place()
    while place is not None:
        keys, place = queries.page_of(
            shop,
            seen_by=user,
            kinds=menu.kinds,
            state=state,
            wanted=wanted,
            after=place,
            day=day,
            limit=EXPORT_BATCH,
        )
        yield from queries.rows_at(keys, day)


def _headings(shop: Provider) -> list[str]:
    zone = shop.time_zone
    return [
        _("Follow-up"),
        f"{_('Follow-up date')} ({zone})",
        _("Kind"),
        _("Order number"),
        _("Customer name"),
        _("Phone"),
        _("Service"),
        f"{_('Date')} ({zone})",
        _("Total"),
        _("Currency"),
        _("Status"),
        _("Note"),
        _("Written by"),
    ]


def _cells(row: Row) -> list[Cell]:
    return [
        row.symbol.label,
        row.lead.due_at,
        row.kind.label,
        row.number,
        row.name,
        row.phone,
        row.title,
        row.at,
        row.total,
        row.currency,
        row.status or row.task,
        row.note.note if row.note else "",
        row.note.by.name if row.note else "",
    ]
