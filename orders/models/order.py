"""Orders and everything that happened to them."""

import uuid
from datetime import datetime
from decimal import Decimal

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.enums import MemberRole
from accounts.models import Provider, User
from messaging.models import Thread
from orders.enums import OrderStatus, SaleKind, SalesChannel
from orders.models.desk import FollowedUp
from services.models import Service

# What an agent finds of the shop's orders, as two conditions that no order meets both of: the web orders, and
# what the agent made. A card made in chat belongs to who made it, for good: no other agent finds it. Every
# read of a shop's orders starts here; the partial indexes below hold each of the two together.
WEB = models.Q(channel=SalesChannel.WEB)
DRAFT = models.Q(status=OrderStatus.DRAFT)
# What a shop has to bring somewhere, and since when: the time that the customer wished for, else that of its
# confirmation. Read by delivery.queries.waiting.
TO_DELIVER = models.Q(status=OrderStatus.CONFIRMED) & ~models.Q(delivery_address="")
TO_DELIVER_SINCE = Coalesce("preferred_at", "confirmed_at", "created_at")
_ON_DESK = ("desk_state", "due_at", "id")


def found_by_agent(user: User) -> list[models.Q]:
    return [WEB, ~WEB & models.Q(created_by=user)]


# The same inside the reports' own statements.
FOUND_BY_AGENT_SQL = "(channel = 'web' OR created_by_id = %(user)s)"


class OrderQuerySet(models.QuerySet["Order"]):
    def visible_to(self, user: User | AnonymousUser) -> "OrderQuerySet":
        """The customer's own; the owner's whole shop; where somebody is an agent, what agents find."""
        if not isinstance(user, User):
            return self.none()
        shops = Provider.objects.filter(members__user=user)
        owned = shops.filter(members__user=user, members__role=MemberRole.OWNER)
        visible = models.Q(customer=user) | models.Q(provider__in=owned.values("pk"))
        for found in found_by_agent(user):
            visible |= models.Q(provider__in=shops.values("pk")) & found
        return self.filter(visible)

    def open(self) -> "OrderQuerySet":
        return self.exclude(status__in=[OrderStatus.COMPLETED, OrderStatus.CANCELLED])


class Order(FollowedUp):
    number = models.CharField(
        _("Order number"),
        max_length=40,
        null=True,
        blank=True,
        help_text=_("Given when placed."),
    )
    contract_number = models.CharField(_("Contract number"), max_length=40, blank=True)
    customer = models.ForeignKey(
        User,
        verbose_name=_("Customer"),
        on_delete=models.PROTECT,
        related_name="orders",
    )
    provider = models.ForeignKey(
        Provider,
        verbose_name=_("Provider"),
        on_delete=models.PROTECT,
        related_name="orders",
    )
    thread = models.ForeignKey(
        Thread, verbose_name=_("thread"), on_delete=models.PROTECT, related_name="orders"
    )
    status = models.CharField(_("Status"), max_length=10, choices=OrderStatus.choices)
    channel = models.CharField(_("Sales channel"), max_length=10, choices=SalesChannel.choices)
    sale_kind = models.CharField(
        _("kind of sale"), max_length=12, choices=SaleKind.choices, default=SaleKind.NEW
    )
    currency = models.CharField(_("currency"), max_length=3)
    total = models.DecimalField(_("Total"), max_digits=14, decimal_places=2, default=0)
    # What couriers took at the door, as delivery tells it (see domain.receive_cash); transfers are notices.
    received = models.DecimalField(
        _("Collected"), max_digits=14, decimal_places=2, default=0, db_default=0, editable=False
    )
    discount = models.DecimalField(_("Discount"), max_digits=14, decimal_places=2, default=0)
    delivery_fee = models.DecimalField(_("Delivery fee"), max_digits=14, decimal_places=2, default=0)
    delivery_address = models.TextField(_("Delivery address"), blank=True, max_length=1000)
    # As the customer was called when it was made; an outside order system may correct both.
    customer_name = models.CharField(_("Customer name"), max_length=160, blank=True)
    phone = models.CharField(_("Phone"), max_length=32, blank=True)
    note = models.TextField(_("Note"), blank=True, max_length=2000)
    preferred_at = models.DateTimeField(_("Preferred time"), null=True, blank=True)
    created_by = models.ForeignKey(
        User, verbose_name=_("created by"), on_delete=models.PROTECT, related_name="+"
    )
    # The order that an additional sale adds to.
    follows = models.ForeignKey(
        "self",
        verbose_name=_("adds to"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="additional_sales",
    )
    # Opens the order without an account; made when the shop first shares it.
    link_token = models.CharField(max_length=32, unique=True, null=True, blank=True, editable=False)
    # When the outside order system said what the card shows: an older word never undoes a newer one.
    outside_at = models.DateTimeField(null=True, editable=False)
    form_token = models.UUIDField(default=uuid.uuid4, editable=False)
    # Number, customer's name and phone as they were when it was made, folded; kept by orders.domain.
    search_text = models.TextField(editable=False, default="", blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    placed_at = models.DateTimeField(_("placed"), null=True, blank=True)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    completed_at = models.DateTimeField(_("completed"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True)
    paid_at = models.DateTimeField(_("paid"), null=True, blank=True)

    objects = OrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        constraints = [
            models.UniqueConstraint(fields=["created_by", "form_token"], name="order_once_per_form"),
            # Ours are unique anyway; an outside order system gives its own, and two shops may use the same.
            models.UniqueConstraint(fields=["provider", "number"], name="order_number_once_per_shop"),
            models.CheckConstraint(
                condition=models.Q(status__in=OrderStatus.values),
                name="order_status_known",
            ),
            models.CheckConstraint(condition=models.Q(total__gte=0), name="order_total_not_negative"),
        ]
        indexes = [
            models.Index(fields=["customer", "-id"], name="order_customer_newest"),
            # The order list: all of a shop, a state, a channel; then what an agent finds of it.
            models.Index(fields=["provider", "-id"], name="order_provider_newest"),
            models.Index(fields=["provider", "status", "-id"], name="order_provider_status"),
            models.Index(fields=["provider", "channel", "-id"], name="order_provider_channel"),
            models.Index(fields=["provider", "status", "-id"], condition=WEB, name="order_web_status"),
            models.Index(fields=["created_by", "provider", "-id"], condition=~WEB, name="order_own_newest"),
            models.Index(
                fields=["created_by", "provider", "status", "-id"], condition=~WEB, name="order_own_status"
            ),
            models.Index(
                fields=["created_by", "provider", "channel", "-id"], condition=~WEB, name="order_own_channel"
            ),
            models.Index(
                fields=["provider", "-id"],
                condition=models.Q(sale_kind=SaleKind.ADDITIONAL),
                name="order_additional_newest",
            ),
            # The same for the sales desk, which a draft does not reach.
            models.Index(fields=["provider", *_ON_DESK], condition=~DRAFT, name="order_desk"),
            models.Index(
                fields=["provider", "status", *_ON_DESK], condition=~DRAFT, name="order_desk_status"
            ),
            models.Index(
                fields=["provider", "channel", *_ON_DESK], condition=~DRAFT, name="order_desk_channel"
            ),
            models.Index(
                fields=["provider", "status", *_ON_DESK], condition=WEB & ~DRAFT, name="order_desk_web_status"
            ),
            models.Index(
                fields=["created_by", "provider", *_ON_DESK], condition=~WEB & ~DRAFT, name="order_desk_own"
            ),
            models.Index(
                fields=["created_by", "provider", "status", *_ON_DESK],
                condition=~WEB & ~DRAFT,
                name="order_desk_own_status",
            ),
            models.Index(
                fields=["created_by", "provider", "channel", *_ON_DESK],
                condition=~WEB & ~DRAFT,
                name="order_desk_own_channel",
            ),
            models.Index("provider", TO_DELIVER_SINCE, "id", condition=TO_DELIVER, name="order_to_deliver"),
            # Days of a shop, counted without reading the orders themselves.
            models.Index(
                fields=["provider", "placed_at"], include=["channel", "created_by"], name="order_placed"
            ),
            models.Index(
                fields=["provider", "placed_at"],
                condition=models.Q(status=OrderStatus.PLACED, paid_at=None),
                name="order_unpaid",
            ),
            GinIndex(fields=["search_text"], name="order_search", opclasses=["gin_trgm_ops"]),
        ]

    def __str__(self) -> str:
        return self.number or str(OrderStatus.DRAFT.label)

    def get_absolute_url(self) -> str:
        return reverse("orders:detail", args=[self.pk])

    @property
    def is_private(self) -> bool:
        """Whether, in the shop, only its maker and the owner find it."""
        return self.channel != SalesChannel.WEB

    @property
    def is_open(self) -> bool:
        return self.status not in (OrderStatus.COMPLETED, OrderStatus.CANCELLED)

    @property
    def rest(self) -> Decimal:
        """What the cash at the door left of the total, in the order's currency, never below zero; `paid_at`
        says whether that has come."""
        return max(self.total - self.received, Decimal(0))

    @property
    def is_part_paid(self) -> bool:
        """Whether a courier brought less than the total, and the rest is still to come."""
        is_owed = self.paid_at is None and self.status != OrderStatus.CANCELLED
        return is_owed and self.received > 0 and self.rest > 0

    @property
    def outstanding_since(self) -> datetime | None:
        """Since when a confirmed order waits to be completed; None before, and once it is over."""
        return self.confirmed_at if self.status == OrderStatus.CONFIRMED else None


class OrderLine(models.Model):
    """What was sold, at the price of that moment: a later change of the service changes no order."""

    order = models.ForeignKey(Order, verbose_name=_("order"), on_delete=models.CASCADE, related_name="lines")
    service = models.ForeignKey(
        Service, verbose_name=_("service"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    title = models.CharField(_("Service"), max_length=160)
    unit_price = models.DecimalField(_("Price"), max_digits=12, decimal_places=2)
    quantity = models.PositiveIntegerField(_("Quantity"), default=1)

    class Meta:
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        constraints = [
            models.CheckConstraint(condition=models.Q(quantity__gte=1), name="orderline_quantity_positive")
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.title}"

    @property
    def amount(self) -> Decimal:
        return self.unit_price * self.quantity


class OrderEvent(models.Model):
    """Who moved the order, to what, when, and why."""

    order = models.ForeignKey(Order, verbose_name=_("order"), on_delete=models.CASCADE, related_name="events")
    by = models.ForeignKey(
        User, verbose_name=_("done by"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    status = models.CharField(_("Status"), max_length=10, choices=OrderStatus.choices)
    reason = models.TextField(_("Reason"), blank=True)
    at = models.DateTimeField(_("time"), auto_now_add=True)

    class Meta:
        verbose_name = _("step of an order")
        verbose_name_plural = _("steps of orders")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.order_id}: {self.get_status_display()}"

    @property
    def reason_shown(self) -> str:
        """What the site itself gives as a reason is an English sentence, translated for its reader."""
        return gettext(self.reason) if self.reason and self.by_id is None else self.reason
