"""A parcel on its way: who has it, what they reported, and the money that they brought."""

from decimal import Decimal

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.enums import MemberRole
from accounts.models import Provider, User
from delivery.enums import OVER, DeliveryState, FailureReason, Outcome
from delivery.models.courier import Courier
from orders.enums import OrderStatus
from orders.models import Order


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def dispatched_by(self, user: User | AnonymousUser) -> "DeliveryQuerySet":
        """Of the shops in which `user` works: the owner's all, an agent's as the orders are."""
        if not isinstance(user, User):
            return self.none()
        shops = Provider.objects.filter(members__user=user)
        owned = shops.filter(members__user=user, members__role=MemberRole.OWNER)
        return self.filter(
            models.Q(provider__in=owned.values("pk"))
            | models.Q(provider__in=shops.values("pk"), only_for=None)
            | models.Q(provider__in=shops.values("pk"), only_for=user)
        )

    def visible_to(self, user: User | AnonymousUser) -> "DeliveryQuerySet":
        """To the shop's people who dispatch it and to the customer; a courier's tasks are `tasks_of`."""
        if not isinstance(user, User):
            return self.none()
        dispatched = self.model.objects.dispatched_by(user).values("pk")
        return self.filter(models.Q(order__customer=user) | models.Q(pk__in=dispatched))

    def tasks_of(self, courier: Courier) -> "DeliveryQuerySet":
        return self.filter(courier=courier)

    def open(self) -> "DeliveryQuerySet":
        return self.filter(closed_at=None)


class HandIn(models.Model):
    """Cash that a courier brought to the shop, ticked off by somebody there."""

    provider = models.ForeignKey(
        Provider, verbose_name=_("provider"), on_delete=models.PROTECT, related_name="+"
    )
    courier = models.ForeignKey(
        Courier, verbose_name=_("courier"), on_delete=models.PROTECT, related_name="hand_ins"
    )
    amount = models.DecimalField(_("Amount"), max_digits=14, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3)
    by = models.ForeignKey(User, verbose_name=_("done by"), on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("time"), default=timezone.now)

    class Meta:
        verbose_name = _("cash handed in")
        verbose_name_plural = _("cash handed in")
        indexes = [models.Index(fields=["provider", "-id"], name="handin_newest")]

    def __str__(self) -> str:
        return f"{self.courier}: {self.amount} {self.currency}"


class Delivery(models.Model):
    """One for each order that was ever handed to a courier. Its state is worked out from the reports."""

    order = models.OneToOneField(
        Order, verbose_name=_("order"), on_delete=models.PROTECT, related_name="delivery"
    )
    # Copies of the order's, so that a board is one index.
    provider = models.ForeignKey(
        Provider, verbose_name=_("provider"), on_delete=models.PROTECT, related_name="+"
    )
    only_for = models.ForeignKey(
        User, verbose_name=_("only for"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    state = models.CharField(
        _("Delivery state"), max_length=10, choices=DeliveryState.choices, default=DeliveryState.WAITING
    )
    # When it came to that, by the courier's own device.
    state_at = models.DateTimeField(_("since"), default=timezone.now)
    courier = models.ForeignKey(
        Courier,
        verbose_name=_("courier"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="deliveries",
    )
    # The newest row of `assignments`. Its number is also the task's place in the courier's list.
    assignment_number = models.BigIntegerField(default=0, editable=False)
    due_at = models.DateTimeField(_("deliver by"))
    closed_at = models.DateTimeField(_("over"), null=True, blank=True)
    collected = models.DecimalField(_("Collected"), max_digits=14, decimal_places=2, null=True, blank=True)
    hand_in = models.ForeignKey(
        HandIn,
        verbose_name=_("cash handed in"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="deliveries",
    )
    # Opens this one task without an account, until the shift is over or somebody else has it.
    link_token = models.CharField(max_length=32, unique=True, null=True, blank=True, editable=False)
    link_until = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state=DeliveryState.WAITING, courier=None)
                | ~models.Q(state=DeliveryState.WAITING) & models.Q(courier__isnull=False),
                name="delivery_waits_without_courier",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=OVER, closed_at__isnull=False)
                | ~models.Q(state__in=OVER) & models.Q(closed_at=None),
                name="delivery_over_is_closed",
            ),
        ]
        indexes = [
            models.Index(
                fields=["provider", "due_at", "id"],
                condition=models.Q(closed_at=None),
                name="delivery_board_open",
            ),
            models.Index(fields=["provider", "-closed_at", "-id"], name="delivery_board_over"),
            models.Index(
                fields=["courier", "assignment_number"],
                condition=models.Q(closed_at=None),
                name="delivery_tasks",
            ),
            models.Index(fields=["courier", "-closed_at", "-id"], name="delivery_history"),
            # The sums of what couriers still have, read from the index alone, and the newest of each.
            models.Index(
                fields=["provider", "courier", "-closed_at"],
                include=["collected", "only_for"],
                condition=models.Q(collected__gt=0, hand_in=None),
                name="delivery_cash_newest",
            ),
            # The board's columns, by courier and by state: all of a shop, then what an agent finds.
            *(
                models.Index(
                    fields=["provider", *whose, *column], condition=models.Q(closed_at=None), name=name
                )
                for name, whose, column in (
                    ("delivery_of_courier", [], ["courier", "due_at", "assignment_number"]),
                    ("delivery_in_state", [], ["state", "due_at", "assignment_number"]),
                    ("delivery_found_of_courier", ["only_for"], ["courier", "due_at", "assignment_number"]),
                    ("delivery_found_in_state", ["only_for"], ["state", "due_at", "assignment_number"]),
                )
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order}: {self.get_state_display()}"

    def get_absolute_url(self) -> str:
        return reverse("delivery:detail", args=[self.pk])

    @property
    def is_over(self) -> bool:
        return self.closed_at is not None

    @property
    def is_late(self) -> bool:
        return not self.is_over and self.due_at < timezone.now()

    @property
    def is_cancelled(self) -> bool:
        """The order was cancelled while somebody has the parcel: it goes back. Reads the order."""
        return self.order.status == OrderStatus.CANCELLED

    @property
    def to_collect(self) -> Decimal:
        """What the receiver still has to pay, in the order's currency. Reads the order."""
        return Decimal(0) if self.order.paid_at is not None else self.order.total


class Assignment(models.Model):
    """Who was given the task, when, by whom; without a courier it was taken back. Rows are only added."""

    delivery = models.ForeignKey(
        Delivery, verbose_name=_("delivery"), on_delete=models.PROTECT, related_name="assignments"
    )
    courier = models.ForeignKey(
        Courier,
        verbose_name=_("courier"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="assignments",
    )
    by = models.ForeignKey(User, verbose_name=_("done by"), on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("time"), default=timezone.now)
    # Of the delivery's link_token at that time: what waits on the phone of who had it is known by it later.
    link_hash = models.CharField(max_length=64, unique=True, null=True, editable=False)
    link_until = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.delivery_id} → {self.courier}"


class DeliveryEvent(models.Model):
    """What a courier reported, once for each `client_id`, however often and in whatever order it arrives."""

    delivery = models.ForeignKey(
        Delivery, verbose_name=_("delivery"), on_delete=models.PROTECT, related_name="events"
    )
    assignment = models.ForeignKey(
        Assignment, verbose_name=_("assignment"), on_delete=models.PROTECT, related_name="events"
    )
    client_id = models.UUIDField(editable=False)
    state = models.CharField(_("Delivery state"), max_length=10, choices=DeliveryState.choices)
    # By the courier's device, brought back between the assignment and the arrival of the report.
    happened_at = models.DateTimeField(_("time"))
    said_at = models.DateTimeField(_("time on the device"))
    received_at = models.DateTimeField(_("arrived"), default=timezone.now)
    reason = models.CharField(_("Reason"), max_length=20, choices=FailureReason.choices, blank=True)
    note = models.TextField(_("Note"), blank=True, max_length=1000)
    receiver = models.CharField(_("Name of the receiver"), max_length=120, blank=True)
    photo = models.ImageField(_("Photo"), upload_to="proofs/%Y/%m/", blank=True)
    signature = models.ImageField(_("Signature"), upload_to="proofs/%Y/%m/", blank=True)
    collected = models.DecimalField(_("Collected"), max_digits=14, decimal_places=2, null=True, blank=True)
    outcome = models.CharField(_("What became of it"), max_length=10, choices=Outcome.choices)
    decided_by = models.ForeignKey(
        User, verbose_name=_("decided by"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("courier's report")
        verbose_name_plural = _("couriers' reports")
        ordering = ["happened_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["delivery", "client_id"], name="delivery_event_once"),
        ]
        indexes = [
            models.Index(
                fields=["delivery"],
                condition=models.Q(outcome=Outcome.CONFLICT, decided_by=None),
                name="delivery_conflict",
            )
        ]

    def __str__(self) -> str:
        return f"{self.delivery_id}: {self.get_state_display()}"
