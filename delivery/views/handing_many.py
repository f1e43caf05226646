"""Handing many orders to one courier at once, from the order list and the board."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods

from accounts.enums import MemberRole
from accounts.queries import reader
from delivery import domain
from delivery.enums import DeliveryState
from delivery.models import Courier, Delivery
from delivery.queries.couriers import as_held, choices_for, parts_for
from delivery.views.common import ip_of, membership, number_of, sms_sentences
from marketplace.common.errors import DomainError
from marketplace.common.requests import as_page_or_fragment, wants_fragment, way_back
from marketplace.common.templatetags.local import local_number
from orders.enums import OrderStatus
from orders.models import Order

MOST_AT_ONCE = 100


@as_page_or_fragment
@require_http_methods(["GET", "HEAD", "POST"])
def assign_many(request: HttpRequest) -> HttpResponse:
    """Chosen orders, in the order in which the courier shall have them; one click on a courier gives them
    all. A script gets the couriers that it looks for (`q`) alone, as buttons."""
    orders = _chosen(request)
    if request.method != "POST":
        return _many(request, orders)
    couriers = Courier.objects.usable_by(membership(request).provider).select_related("user")
    courier = couriers.filter(pk=number_of(request.POST.get("courier", ""))).first()
    if courier is None or not orders:
        said = gettext("Choose at least one order.") if courier else gettext("Choose a courier.")
        return _refused_many(request, orders, said)
    seen = {order.pk: number_of(request.POST.get(f"seen-{order.pk}", "")) for order in orders}
    try:
        given = domain.hand_over_many(
            orders, courier=courier, by=reader(request), seen=seen, ip=ip_of(request)
        )
    except DomainError as error:
        return _refused_many(request, _chosen(request), error.sentence)
    words = ngettext("%(courier)s got %(number)s order.", "%(courier)s got %(number)s orders.", len(given))
    told = [words % {"courier": courier.name, "number": local_number(len(given))}]
    # One courier: mostly one sentence for all.
    told += dict.fromkeys(sentence for one in given for sentence in sms_sentences(one))
    if wants_fragment(request):
        return JsonResponse({"sentence": " ".join(told)})
    messages.success(request, " ".join(told))
    return redirect(way_back(request) or "delivery:board")


@dataclass(frozen=True, slots=True)
class Chosen:
    """One of the chosen orders; `refusal` says why it cannot be handed over now."""

    order: Order
    delivery: Delivery | None
    refusal: str
    up: str
    down: str
    without: str


def _chosen(request: HttpRequest) -> list[Order]:
    """In the order in which they were sent, each once; what the reader does not find is left out. From the
    board and a courier's page, where nobody put them in a row, what one courier has keeps that one's own."""
    shop = membership(request).provider
    sent = request.POST if request.method == "POST" else request.GET
    pks = list(dict.fromkeys(number_of(one) for one in sent.getlist("order")))[:MOST_AT_ONCE]
    visible = Order.objects.visible_to(reader(request)).filter(provider=shop, pk__in=pks)
    found = {order.pk: order for order in visible.select_related("customer", "provider")}
    orders = [found[pk] for pk in pks if pk in found]
    is_shown = "chosen" in sent if request.method == "POST" else not any(key[:5] == "seen-" for key in sent)
    return orders if is_shown else as_held(orders)


def _many(request: HttpRequest, orders: Sequence[Order], refusal: str = "") -> HttpResponse:
    place = membership(request)
    parts = parts_for(place.provider, reader(request), place.role)
    sent = request.POST if request.method == "POST" else request.GET
    search = request.GET.get("q", "").strip()
    choices, has_more = choices_for(place.provider, parts, search=search)
    if request.method != "POST" and wants_fragment(request):
        return render(request, "delivery/_found.html", {"choices": choices})
    chosen = _with_moves(orders, way_back(request))
    context = {
        "chosen": chosen,
        "has_refused": any(row.refusal for row in chosen),
        "has_ready": any(not row.refusal for row in chosen),
        "choices": choices,
        "has_more": has_more,
        "search": search,
        "refusal": refusal,
        "next": way_back(request),
        "owns_shop": place.role == MemberRole.OWNER,
        "was_cut": len(set(sent.getlist("order"))) > MOST_AT_ONCE,
        "most": MOST_AT_ONCE,
    }
    return render(request, "delivery/assign_many.html", context, status=422 if refusal else 200)


def _refused_many(request: HttpRequest, orders: Sequence[Order], said: str) -> HttpResponse:
    if wants_fragment(request):
        return JsonResponse({"sentence": said}, status=422)
    return _many(request, orders, said)


def _with_moves(orders: Sequence[Order], after: str) -> list[Chosen]:
    deliveries = {
        one.order_id: one for one in Delivery.objects.filter(order__in=orders).select_related("courier__user")
    }
    pks = [order.pk for order in orders]

    def address(moved: Sequence[int]) -> str:
        pairs = [("order", pk) for pk in moved] + ([("next", after)] if after else [])
        return "?" + urlencode(pairs)

    rows = []
    for place, order in enumerate(orders):
        delivery = deliveries.get(order.pk)
        rest = pks[:place] + pks[place + 1 :]
        is_last = place + 1 == len(pks)
        rows.append(
            Chosen(
                order=order,
                delivery=delivery,
                refusal=_refusal(order, delivery),
                up=address([*rest[: place - 1], order.pk, *rest[place - 1 :]]) if place else "",
                down="" if is_last else address([*rest[: place + 1], order.pk, *rest[place + 1 :]]),
                without=address(rest),
            )
        )
    return rows


def _refusal(order: Order, delivery: Delivery | None) -> str:
    """As handing over would say it; the domain has the last word."""
    if order.status in (OrderStatus.DRAFT, OrderStatus.PLACED):
        return gettext("Not confirmed yet.")
    if delivery is not None and delivery.state == DeliveryState.DELIVERED:
        return gettext("Delivered already.")
    if order.status != OrderStatus.CONFIRMED:
        return gettext("“%(status)s”: there is nothing to deliver any more.") % {
            "status": order.get_status_display()
        }
    return "" if order.delivery_address.strip() else gettext("No delivery address yet.")
