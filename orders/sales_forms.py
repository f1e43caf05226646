"""What the shop fills in to sell: lines of services, discount, delivery; for a card or for a customer."""

import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Self

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from phonenumber_field.formfields import PhoneNumberField
from phonenumber_field.phonenumber import PhoneNumber

from accounts.models import Provider, User
from marketplace.common.calendars import base_language
from marketplace.common.errors import DomainError
from marketplace.common.fields import DigitIntegerField, MoneyField
from marketplace.common.money import currency_decimals, format_money
from marketplace.common.text import fold_digits
from orders.domain.parts import Item, check_quantity, total_of
from orders.enums import SaleKind
from orders.models import Order
from orders.queries.orders import customer_with_phone
from services.models import Service

MAX_LINES = 20
_WHOLE_DIGITS_OF_PRICE, _WHOLE_DIGITS_OF_SUM = 10, 12  # what the columns hold
_SEND_AGAIN = _("Please send the form once more.")
_LINE_FIELDS = ("service", "quantity", "unit_price")


class AmountField(MoneyField):
    """An amount that may be zero: nothing off, delivery for free. Empty cleans to 0."""

    default_error_messages = {"negative": _("Write zero or an amount above it.")}

    def __init__(self, *, currency: str, **kwargs: Any) -> None:
        digits = _WHOLE_DIGITS_OF_SUM + currency_decimals(currency)
        super().__init__(currency=currency, max_digits=digits, required=False, **kwargs)

    def clean(self, value: Any) -> Decimal:
        return super().clean(value) or Decimal(0)

    def validate(self, value: Any) -> None:
        forms.DecimalField.validate(self, value)  # not MoneyField's, which refuses zero
        if value is not None and value < 0:
            raise forms.ValidationError(self.error_messages["negative"], code="negative")


class PhoneField(PhoneNumberField):  # type: ignore[misc]  # the library has no types
    """Cleans to a PhoneNumber, from any of our digits and the region's own way of writing."""

    def to_python(self, value: Any) -> Any:
        return super().to_python(fold_digits(value) if isinstance(value, str) else value)


class NewCardForm(forms.Form):
    """The function menu: which of the two sales. `form_token` names one press of it."""

    sale_kind = forms.ChoiceField(choices=SaleKind.choices)
    form_token = forms.UUIDField(required=False)

    def token(self) -> uuid.UUID:
        """Not the same for both kinds: who comes back and chooses the other one wants a card of that kind."""
        given: uuid.UUID | None = self.cleaned_data["form_token"]
        return uuid.uuid5(given, self.cleaned_data["sale_kind"]) if given else uuid.uuid4()


class Offer:
    """The shop's services as the lines offer them, on the site or not: read once for all lines."""

    def __init__(self, provider: Provider) -> None:
        self.currency = provider.currency
        services = Service.objects.of_provider(provider).order_by("title", "pk")
        self._services = {service.pk: service for service in services.defer("description", "search_vector")}

    @cached_property
    def choices(self) -> list[tuple[Any, str]]:
        language = base_language(get_language())
        shown = [
            (pk, f"{service.title} · {format_money(service.price, self.currency, language)}")
            for pk, service in self._services.items()
        ]
        return [("", str(_("Choose a service"))), *shown]

    def service(self, value: str) -> Service:
        """Raises ValueError for anything else."""
        found = self._services.get(int(value))
        if found is None:
            raise ValueError(value)
        return found

    def __len__(self) -> int:
        return len(self._services)


class LineForm(forms.Form):
    """One line; without a service it is empty and counts for nothing."""

    service = forms.TypedChoiceField(label=_("Service"), required=False, empty_value=None)
    quantity = DigitIntegerField(label=_("Quantity"), min_value=1, max_value=999, required=False, initial=1)

    def __init__(self, *args: Any, offer: Offer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["service"]
        field.choices, field.coerce = offer.choices, offer.service
        self.fields["unit_price"] = MoneyField(
            label=_("Price for one"),
            required=False,
            currency=offer.currency,
            max_digits=_WHOLE_DIGITS_OF_PRICE + currency_decimals(offer.currency),
        )
        self.empty_permitted = False  # a service alone, with everything else as offered, is a line
        self.amount: Decimal | None = None

    def clean(self) -> None:
        given = self.cleaned_data
        service = given.get("service")
        if service is None:
            if given.get("unit_price") and "service" not in self.errors:
                self.add_error("service", _("Choose the service that has this price."))
            return
        item = Item(service, given.get("quantity") or 1, given.get("unit_price"))
        try:
            check_quantity(service, item.quantity)
        except DomainError as error:
            self.add_error("quantity", error.sentence)
        if not self.errors:
            self.amount = item.amount
            given["item"] = item


_LineFormSet: Any = forms.formset_factory(
    LineForm, extra=0, max_num=MAX_LINES, absolute_max=MAX_LINES, validate_max=True
)


class SaleForm(forms.Form):
    """`lines` is a formset. `sold()` is what the domain takes, `total` what the page shows; None while what
    was typed has no sum."""

    total: Decimal | None = Decimal(0)

    def __init__(
        self,
        data: Any = None,
        *,
        provider: Provider,
        initial: Mapping[str, Any] | None = None,
        lines: list[dict[str, Any]] | None = None,
    ) -> None:
        super().__init__(data, initial=dict(initial or {}))
        self.provider, self.offer = provider, Offer(provider)
        self.fields["discount"] = AmountField(label=_("Discount"), currency=provider.currency)
        self.fields["delivery_fee"] = AmountField(label=_("Delivery fee"), currency=provider.currency)
        self.fields["delivery_address"] = _long_text(_("Delivery address"), 1000)
        self.fields["note"] = _long_text(_("Note"), 2000, help_text=_("The customer sees it."))
        self.lines = _LineFormSet(
            data,
            prefix="lines",
            initial=[{}] if lines is None else lines,
            form_kwargs={"offer": self.offer},
            error_messages={
                "missing_management_form": _SEND_AGAIN,
                "too_many_forms": _("At most %(count)s lines in one order.") % {"count": MAX_LINES},
            },
        )

    @classmethod
    def as_typed(cls, data: Any, *, provider: Provider) -> Self:
        """The page as `data` left it, with its sums worked out, one more line where it asks for one
        ("preview" is "line"), and nothing refused yet."""
        read = cls(data, provider=provider)
        read.is_valid()
        lines = [
            {name: data.get(f"lines-{number}-{name}", "") for name in _LINE_FIELDS}
            for number in range(len(read.lines.forms))
        ]
        if data.get("preview") == "line" and len(lines) < MAX_LINES:
            lines.append({})
        typed = {name: data[name] for name in read.fields if name in data}
        again = cls(provider=provider, initial=typed, lines=lines)
        again.take_over(read)
        return again

    def take_over(self, read: Self) -> None:
        """What `read` found out without changing what was typed."""
        self.total = read.total
        for line, same in zip(self.lines.forms, read.lines.forms, strict=False):
            line.amount = same.amount

    def clean(self) -> None:
        lines_are_valid = self.lines.is_valid()
        self._items = [line.cleaned_data["item"] for line in self._lines_with("item")]
        given = self.cleaned_data
        off, fee = given.get("discount", Decimal(0)), given.get("delivery_fee", Decimal(0))
        total = sum((item.amount for item in self._items), Decimal(0)) - off + fee
        has_sum = lines_are_valid and not {"discount", "delivery_fee"} & self.errors.keys()
        self.total = total if has_sum and total >= 0 else None
        if not lines_are_valid:
            for error in self.lines.non_form_errors():
                self.add_error(None, error)
            self.add_error(None, _("Look at the lines that are marked below."))
            return
        try:
            if not self._items:
                raise DomainError(_("Choose at least one service."))
            total_of(self._items, discount=off, delivery_fee=fee)
        except DomainError as error:
            self.refuse(error)

    def sold(self) -> dict[str, Any]:
        names = ("discount", "delivery_fee", "delivery_address", "note")
        return {"items": self._items, **{name: self.cleaned_data[name] for name in names}}

    def refuse(self, error: DomainError) -> None:
        self.add_error("discount" if error.code == "discount" else None, error.sentence)

    def _lines_with(self, name: str) -> list[LineForm]:
        return [line for line in self.lines.forms if name in getattr(line, "cleaned_data", {})]


class CustomerSaleForm(SaleForm):
    """An order that the shop takes for a customer. `known` is the customer of whom the page has said that
    the phone is theirs; `found` is whose it is."""

    found: User | None = None

    def __init__(self, data: Any = None, *, provider: Provider, **kwargs: Any) -> None:
        super().__init__(data, provider=provider, **kwargs)
        name = forms.CharField(
            label=_("Customer name"),
            max_length=120,
            widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
        )
        phone = PhoneField(
            label=_("Phone"),
            region=provider.phone_region,
            max_length=40,
            widget=forms.TextInput(
                attrs={"type": "tel", "dir": "ltr", "inputmode": "tel", "autocomplete": "off"}
            ),
            help_text=_("As it is written in your country, or with the country code."),
        )
        hidden = {
            "form_token": forms.UUIDField(
                widget=forms.HiddenInput,
                error_messages={"required": _SEND_AGAIN, "invalid": _SEND_AGAIN},
            ),
            "known": forms.IntegerField(widget=forms.HiddenInput, required=False),
        }
        self.fields = {"phone": phone, "name": name, **hidden, **self.fields}

    def clean(self) -> None:
        phone = self.cleaned_data.get("phone")
        if isinstance(phone, PhoneNumber):
            self.found = customer_with_phone(self.provider, str(phone))
        for error in self.errors.pop("form_token", []):  # hidden: it has no place of its own
            self.add_error(None, error)
            self.data: Any = self.data.copy()  # a request's own is read-only
            self.data["form_token"] = str(uuid.uuid4())
        super().clean()

    def take_over(self, read: Self) -> None:
        super().take_over(read)
        self.found = read.found
        self.initial["known"] = read.found.pk if read.found else ""
        try:
            uuid.UUID(str(self.initial.get("form_token")))
        except ValueError:
            self.initial["form_token"] = uuid.uuid4()

    @property
    def is_told(self) -> bool:
        """Whether the page has said whose phone it is, where it is somebody's."""
        return self.found is None or self.cleaned_data.get("known") == self.found.pk


def typed_lines(order: Order | None, provider: Provider) -> dict[str, str]:
    """What would have been typed for the lines of an earlier order; services that are gone are left out."""
    lines = order.lines.select_related("service").order_by("pk") if order else []
    kept = [line for line in lines if line.service and line.service.provider_id == provider.pk][:MAX_LINES]
    typed = {"lines-TOTAL_FORMS": str(len(kept) or 1), "lines-INITIAL_FORMS": "0"}
    amount = AmountField(currency=provider.currency)
    for number, line in enumerate(kept):
        typed[f"lines-{number}-service"] = str(line.service_id)
        typed[f"lines-{number}-quantity"] = str(line.quantity)
        typed[f"lines-{number}-unit_price"] = str(amount.prepare_value(line.unit_price))
    if not kept:
        typed["lines-0-quantity"] = "1"
    return typed


def _long_text(label: Any, max_length: int, **kwargs: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 3, "dir": "auto", "autocomplete": "off"})
    return forms.CharField(label=label, required=False, max_length=max_length, widget=widget, **kwargs)
