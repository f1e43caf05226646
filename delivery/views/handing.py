"""Handing orders to couriers: on the order's page, from the order list for many at once, and taking back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.enums import MemberRole
from accounts.queries import works_at
from delivery import domain
from delivery.domain.addresses import change_address
from delivery.enums import DeliveryState
from delivery.forms.addresses import AddressForm
from delivery.models import Courier, Delivery
from delivery.queries.couriers import Choice, choices_for, parts_for
from delivery.queries.steps import tracking_of
from delivery.views.common import as_page_or_fragment, membership, reader, wants_fragment
from marketplace.common.errors import DomainError
from marketplace.common.templatetags.local import local_number
from orders.enums import OrderStatus
from orders.models import Order
from orders.queries import role_in
from services.enums import ServiceKind

MOST_AT_ONCE = 100


@as_page_or_fragment
@require_GET
def order_section(request: HttpRequest, order_pk: int) -> HttpResponse:
    """ "Assign to courier" on the shop's page of an order; a page of its own without scripts."""
    return _section(request, _shops_order(request, order_pk))


@as_page_or_fragment
@require_POST
def assign(request: HttpRequest, order_pk: int) -> HttpResponse:
    order = _shops_order(request, order_pk)
    courier = _courier(order, request.POST.get("courier", ""))
    seen = _number(request.POST.get("seen", ""))
    try:
        delivery = domain.hand_over(order, courier=courier, by=reader(request), seen=seen)
    except DomainError as error:
        return _section(request, _shops_order(request, order_pk), refusal=error.sentence)
    said = gettext("%(courier)s has the order now.") % {"courier": courier.name}
    return _done(request, order, said, sms=sms_sentence(delivery))


@as_page_or_fragment
@require_POST
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    delivery = get_object_or_404(
        Delivery.objects.dispatched_by(reader(request)).select_related("order"), pk=pk
    )
    order = _shops_order(request, delivery.order_id)
    try:
        domain.take_back(delivery, by=reader(request), seen=_number(request.POST.get("seen", "")))
    except DomainError as error:
        return _section(request, order, refusal=error.sentence)
    return _done(request, order, gettext("Nobody has the order now. The courier has been told."))


@as_page_or_fragment
@require_POST
def save_address(request: HttpRequest, order_pk: int) -> HttpResponse:
    order = _shops_order(request, order_pk)
    form = _address_form(order, request.POST)
    if form.is_valid():
        try:
            change_address(order, by=reader(request), address=form.cleaned_data["address"])
            return _done(request, order, gettext("The address is saved."))
        except DomainError as error:
            form.add_error("address", error.sentence)
    return _section(request, order, form=form)


@require_http_methods(["GET", "HEAD", "POST"])
def assign_many(request: HttpRequest) -> HttpResponse:
    """Chosen orders, in the order in which the courier shall have them; one click on a courier gives them
    all."""
    orders = _chosen(request)
    if request.method != "POST":
        return _many(request, orders)
    couriers = Courier.objects.usable_by(membership(request).provider).select_related("user")
    courier = couriers.filter(pk=_number(request.POST.get("courier", ""))).first()
    if courier is None or not orders:
        said = gettext("Choose at least one order.") if courier else gettext("Choose a courier.")
        return _refused_many(request, orders, said)
    seen = {order.pk: _number(request.POST.get(f"seen-{order.pk}", "")) for order in orders}
    try:
        given = domain.hand_over_many(orders, courier=courier, by=reader(request), seen=seen)
    except DomainError as error:
        return _refused_many(request, _chosen(request), error.sentence)
    words = ngettext(
        "%(courier)s has %(number)s order more.", "%(courier)s has %(number)s orders more.", len(given)
    )
    told = [words % {"courier": courier.name, "number": local_number(len(given))}]
    told += dict.fromkeys(filter(None, map(sms_sentence, given)))  # one courier: mostly one sentence for all
    if wants_fragment(request):
        return JsonResponse({"sentence": " ".join(told)})
    messages.success(request, " ".join(told))
    return redirect(_next(request) or "delivery:board")


def sms_sentence(delivery: Delivery) -> str:
    """Whether the courier was told by SMS, where the hand-over changed something (see telling)."""
    told = getattr(delivery, "told", None)
    return str(told.sentence) if told else ""


# --- the section of one order ----------------------------------------------------------------------------


def _section(
    request: HttpRequest,
    order: Order,
    *,
    refusal: str = "",
    sms: str = "",
    form: AddressForm | None = None,
) -> HttpResponse:
    context = {**_section_context(request, order), "refusal": refusal, "sms": sms}
    context["address_form"] = form or _address_form(order)
    name = "delivery/_order_section.html" if wants_fragment(request) else "delivery/order_section.html"
    return render(request, name, context, status=422 if refusal or form else 200)


def _section_context(request: HttpRequest, order: Order) -> dict[str, Any]:
    related = Delivery.objects.select_related("order__customer", "courier__user", "provider")
    delivery = related.filter(order=order).first()
    is_delivered = delivery is not None and delivery.state == DeliveryState.DELIVERED
    has_address = bool(order.delivery_address.strip())
    may_assign = order.status == OrderStatus.CONFIRMED and has_address and not is_delivered
    has_it = delivery is not None and not delivery.is_over and delivery.state != DeliveryState.FAILED
    search = request.GET.get("courier", "").strip()
    choices: list[Choice] = []
    has_more = False
    role = role_in(order.provider, reader(request))
    if may_assign:
        parts = parts_for(order.provider, reader(request), role)
        kept = delivery.courier if delivery and has_it else None
        choices, has_more = choices_for(order.provider, parts, search=search, but=kept)
    return {
        "order": order,
        "delivery": delivery,
        "tracking": tracking_of(delivery, for_shop=True) if delivery else None,
        "is_confirmed": order.status == OrderStatus.CONFIRMED,
        "has_address": has_address,
        "may_assign": may_assign,
        "has_it": has_it and delivery is not None and delivery.courier is not None,
        "may_take_back": delivery is not None and delivery.courier is not None and not delivery.is_over,
        "choices": choices,
        "has_more": has_more,
        "search": search,
        "owns_shop": role == MemberRole.OWNER,
        "is_unlikely": delivery is None and not has_address and _is_only_video(order),
        "next": _next(request),
    }


def _is_only_video(order: Order) -> bool:
    kinds = {line.service.kind if line.service else None for line in order.lines.select_related("service")}
    return kinds == {ServiceKind.VIDEO_CALL}


def _done(request: HttpRequest, order: Order, said: str, *, sms: str = "") -> HttpResponse:
    if wants_fragment(request):
        return _section(request, _shops_order(request, order.pk), sms=sms)
    messages.success(request, f"{said} {sms}".strip())
    return redirect(_next(request) or order.get_absolute_url())


def _shops_order(request: HttpRequest, pk: int) -> Order:
    """An order that the reader finds as one of the shop's people; its customer has a page of their own."""
    user = reader(request)
    orders = Order.objects.visible_to(user).select_related("provider", "customer", "thread")
    order = get_object_or_404(orders, pk=pk)
    if not works_at(user, order.provider_id):
        raise Http404
    return order


def _courier(order: Order, pk: str) -> Courier:
    usable = Courier.objects.usable_by(order.provider).select_related("user")
    return get_object_or_404(usable, pk=_number(pk))


def _address_form(order: Order, data: Any = None) -> AddressForm:
    form = AddressForm(data, initial={"address": order.delivery_address}, auto_id="delivery_%s")
    form.fields["address"].help_text = gettext("Where the courier brings it: street, number, floor, city.")
    return form


# --- many at once ----------------------------------------------------------------------------------------


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
    """In the order in which they were sent, each once; what the reader does not find is left out."""
    shop = membership(request).provider
    sent = (request.POST if request.method == "POST" else request.GET).getlist("order")
    pks = list(dict.fromkeys(_number(one) for one in sent))[:MOST_AT_ONCE]
    visible = Order.objects.visible_to(reader(request)).filter(provider=shop, pk__in=pks)
    found = {order.pk: order for order in visible.select_related("customer", "provider")}
    return [found[pk] for pk in pks if pk in found]


def _many(request: HttpRequest, orders: Sequence[Order], refusal: str = "") -> HttpResponse:
    place = membership(request)
    parts = parts_for(place.provider, reader(request), place.role)
    sent = request.POST if request.method == "POST" else request.GET
    search = request.GET.get("courier", "").strip()
    choices, has_more = choices_for(place.provider, parts, search=search)
    chosen = _with_moves(orders, _next(request))
    context = {
        "chosen": chosen,
        "has_refused": any(row.refusal for row in chosen),
        "has_ready": any(not row.refusal for row in chosen),
        "choices": choices,
        "has_more": has_more,
        "search": search,
        "refusal": refusal,
        "next": _next(request),
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


def _number(text: str) -> int:
    """0 for what is no number of a row."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


def _next(request: HttpRequest) -> str:
    target = request.POST.get("next", "") or request.GET.get("next", "")
    return target if url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}) else ""
