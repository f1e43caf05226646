"""A customer as the shop's people know them, and what the shop may correct about its own ones."""

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from accounts.enums import MemberRole
from accounts.models import Provider, ProviderMember, User
from accounts.queries import works_at
from marketplace import customers
from marketplace.common.errors import DomainError
from marketplace.timeline import History, read_cursor
from messaging.models import Thread
from orders.queries.orders import orders_in_thread
from orders.sales_forms import PhoneField

ORDERS = 10


class CustomerForm(forms.Form):
    name = forms.CharField(
        label=_("Customer name"),
        max_length=120,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, provider: Provider, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["phone"] = PhoneField(
            label=_("Phone"),
            required=False,
            region=provider.phone_region,
            widget=forms.TextInput(
                attrs={"type": "tel", "dir": "ltr", "inputmode": "tel", "autocomplete": "off"}
            ),
        )


@require_GET
def customer_profile(request: HttpRequest, thread_pk: int) -> HttpResponse:
    return _page(request, _thread(request, thread_pk))


@require_POST
def save_customer(request: HttpRequest, thread_pk: int) -> HttpResponse:
    thread = _thread(request, thread_pk)
    form = CustomerForm(request.POST, provider=thread.provider)
    if form.is_valid():
        name, phone = form.cleaned_data["name"], str(form.cleaned_data["phone"] or "")
        try:
            customers.save_customer(thread, by=_person(request), name=name, phone=phone)
        except DomainError as error:
            form.add_error("phone" if error.code == "phone_taken" else None, error.sentence)
        else:
            messages.success(request, gettext("Saved."))
            return redirect("customer_profile", thread.pk)
    return _page(request, thread, form=form, status=422)


@require_POST
def merge_customers(request: HttpRequest, thread_pk: int) -> HttpResponse:
    """The customer whose page it is stays; the other one's things become theirs."""
    keep = _thread(request, thread_pk)
    other = request.POST.get("other", "")
    gone = get_object_or_404(_threads(request), pk=other if other.isascii() and other.isdigit() else 0)
    try:
        customers.merge_customers(keep, gone, by=_person(request))
    except DomainError as error:
        messages.error(request, error.sentence)
    else:
        said = gettext("%(name)s is now one customer with this one. Nothing was lost.")
        messages.success(request, said % {"name": gone.customer.name})
    return redirect("customer_profile", keep.pk)


def _person(request: HttpRequest) -> User:
    return cast(User, request.user)


def _threads(request: HttpRequest) -> Any:
    return Thread.objects.visible_to(request.user).select_related("customer", "provider")


def _thread(request: HttpRequest, pk: int) -> Thread:
    thread: Thread = get_object_or_404(_threads(request), pk=pk)
    if not works_at(request.user, thread.provider_id):
        raise Http404  # a profile is the shop's; customers have their own pages
    return thread


def _page(
    request: HttpRequest, thread: Thread, *, form: CustomerForm | None = None, status: int = 200
) -> HttpResponse:
    history = History(thread, _person(request))
    before = read_cursor(request.GET.get("before", ""))
    entries, older = history.page(before)
    orders = orders_in_thread(thread, _person(request), limit=ORDERS + 1) if before is None else []
    context = {
        "thread": thread,
        "customer": thread.customer,
        "numbers": history.numbers(),
        "orders": orders[:ORDERS],
        "has_more_orders": len(orders) > ORDERS,
        "entries": entries,
        "older": older,
        "is_continued": before is not None,
        **_correcting(request, thread, form),
    }
    return render(request, "accounts/customer_profile.html", context, status=status)


def _correcting(request: HttpRequest, thread: Thread, form: CustomerForm | None) -> dict[str, Any]:
    """What the shop may change of a customer whom it wrote down itself; {} of any other."""
    if not customers.is_shop_made(thread):
        return {}
    phone = thread.customer.phone
    initial = {"name": thread.customer.name, "phone": phone.as_international if phone else ""}
    context: dict[str, Any] = {"form": form or CustomerForm(initial=initial, provider=thread.provider)}
    owner = ProviderMember.objects.filter(
        provider=thread.provider_id, user=_person(request), role=MemberRole.OWNER
    )
    if owner.exists():
        search = request.GET.get("twin", "").replace("\x00", "")[:100]
        context |= {"may_merge": True, "twin": search, "twins": customers.twins_of(thread, search)}
    return context
