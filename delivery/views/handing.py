"""Handing one order to a courier, on the order's page, and taking it back; many at once: handing_many."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from accounts.enums import MemberRole
from accounts.queries import reader, works_at
from delivery import domain
from delivery.domain.addresses import change_address
from delivery.enums import DeliveryState
from delivery.forms.addresses import AddressForm
from delivery.models import Courier, Delivery
from delivery.queries.couriers import Choice, choices_for, parts_for
from delivery.queries.steps import tracking_of
from delivery.views.common import ip_of, number_of, sms_sentences
from marketplace.common.errors import DomainError
from marketplace.common.requests import as_page_or_fragment, wants_fragment, way_back
from orders.enums import NoticeDecision, OrderStatus
from orders.models import Order
from orders.queries.orders import role_in
from services.enums import ServiceKind


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
    seen = number_of(request.POST.get("seen", ""))
    try:
        delivery = domain.hand_over(order, courier=courier, by=reader(request), seen=seen, ip=ip_of(request))
    except DomainError as error:
        return _section(request, _shops_order(request, order_pk), refusal=error.sentence)
    said = gettext("%(courier)s has the order now.") % {"courier": courier.name}
    return _done(request, order, said, sms=" ".join(sms_sentences(delivery)))


@as_page_or_fragment
@require_POST
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    delivery = get_object_or_404(
        Delivery.objects.dispatched_by(reader(request)).select_related("order"), pk=pk
    )
    order = _shops_order(request, delivery.order_id)
    try:
        seen = number_of(request.POST.get("seen", ""))
        delivery = domain.take_back(delivery, by=reader(request), seen=seen, ip=ip_of(request))
    except DomainError as error:
        return _section(request, order, refusal=error.sentence)
    said = gettext("Nobody has the order now.")
    return _done(request, order, said, sms=" ".join(sms_sentences(delivery)))


@as_page_or_fragment
@require_POST
def save_address(request: HttpRequest, order_pk: int) -> HttpResponse:
    order = _shops_order(request, order_pk)
    form = _address_form(order, request.POST)
    if form.is_valid():
        try:
            saved = change_address(order, by=reader(request), address=form.cleaned_data["address"])
            has_address = bool(saved.delivery_address.strip())
            words = gettext("The address is saved.") if has_address else gettext("There is no address now.")
            return _done(request, order, words)
        except DomainError as error:
            form.add_error("address", error.sentence)
    return _section(request, order, form=form)


def _section(
    request: HttpRequest,
    order: Order,
    *,
    refusal: str = "",
    said: str = "",
    sms: str = "",
    form: AddressForm | None = None,
) -> HttpResponse:
    context = {**_section_context(request, order), "refusal": refusal, "said": said, "sms": sms}
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
    search = request.GET.get("q", "").strip()
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
        "notice_waits": order.paid_at is None and _notice_waits(order),
        "is_unlikely": delivery is None and not has_address and _is_only_video(order),
        "next": way_back(request),
    }


def _notice_waits(order: Order) -> bool:
    return order.notices.filter(decision=NoticeDecision.WAITING).exists()


def _is_only_video(order: Order) -> bool:
    kinds = {line.service.kind if line.service else None for line in order.lines.select_related("service")}
    return kinds == {ServiceKind.VIDEO_CALL}


def _done(request: HttpRequest, order: Order, said: str, *, sms: str = "") -> HttpResponse:
    if wants_fragment(request):
        return _section(request, _shops_order(request, order.pk), said=said, sms=sms)
    messages.success(request, f"{said} {sms}".strip())
    return redirect(way_back(request) or order.get_absolute_url())


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
    return get_object_or_404(usable, pk=number_of(pk))


def _address_form(order: Order, data: Any = None) -> AddressForm:
    form = AddressForm(data, initial={"address": order.delivery_address}, auto_id="delivery_%s")
    form.fields["address"].help_text = gettext("Where the courier brings it: street, number, floor, city.")
    return form
