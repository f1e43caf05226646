"""How a shop is paid by transfer, and what customers say that they transferred."""

from django.contrib.auth.models import AnonymousUser
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Provider, User
from orders.enums import NoticeDecision, NoticeFinding
from orders.models.desk import FollowedUp
from orders.models.order import Order

UNPAID_HOURS = 72


class PaymentSettings(models.Model):
    provider = models.OneToOneField(
        Provider,
        verbose_name=_("provider"),
        on_delete=models.CASCADE,
        related_name="payment_settings",
        primary_key=True,
    )
    promptpay_id = models.CharField(
        _("PromptPay number"),
        max_length=20,
        blank=True,
        help_text=_("A phone, tax or e-wallet number. Everybody who orders sees it."),
    )
    unpaid_hours = models.PositiveSmallIntegerField(
        _("Hours to pay"),
        null=True,
        blank=True,
        default=UNPAID_HOURS,
        validators=[MinValueValidator(1), MaxValueValidator(24 * 60)],
        help_text=_("An order that nobody paid or confirmed is cancelled after that. Empty: never."),
    )
    # Hours do not run before this: the last time that paying became possible or the hours changed, so that
    # a new setting cancels no order that is waiting already.
    counting_from = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("payment settings")
        verbose_name_plural = _("payment settings")

    def __str__(self) -> str:
        return str(self.provider)


class BankAccount(models.Model):
    provider = models.ForeignKey(
        Provider, verbose_name=_("provider"), on_delete=models.CASCADE, related_name="bank_accounts"
    )
    bank = models.CharField(_("Bank"), max_length=80)
    number = models.CharField(_("Account number"), max_length=40)
    holder = models.CharField(_("Account holder"), max_length=120)

    class Meta:
        verbose_name = _("bank account")
        verbose_name_plural = _("bank accounts")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.bank} {self.number}"


class TransferNoticeQuerySet(models.QuerySet["TransferNotice"]):
    def visible_to(self, user: User | AnonymousUser) -> "TransferNoticeQuerySet":
        """As its order is."""
        return self.filter(order__in=Order.objects.visible_to(user).values("pk"))


class TransferNotice(FollowedUp):
    """A customer's word that money was transferred for an order."""

    order = models.ForeignKey(
        Order, verbose_name=_("order"), on_delete=models.PROTECT, related_name="notices"
    )
    # A copy of the order's, so that the desk's list is one index.
    provider = models.ForeignKey(
        Provider, verbose_name=_("provider"), on_delete=models.PROTECT, related_name="+"
    )
    # Likewise: of a private order's notice only its maker and the owner know.
    only_for = models.ForeignKey(
        User, verbose_name=_("only for"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    by = models.ForeignKey(
        User, verbose_name=_("by"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    bank = models.CharField(_("Bank"), max_length=120)
    amount = models.DecimalField(_("Amount"), max_digits=14, decimal_places=2)
    transferred_at = models.DateTimeField(_("Date and time"))
    slip = models.ImageField(_("Slip"), upload_to="slips/%Y/%m/", blank=True)
    slip_fingerprint = models.CharField(max_length=64, blank=True, editable=False)
    slip_bank = models.CharField(_("Bank code of the slip"), max_length=10, blank=True, editable=False)
    slip_reference = models.CharField(_("Reference of the slip"), max_length=80, blank=True, editable=False)
    finding = models.CharField(_("Finding"), max_length=10, choices=NoticeFinding.choices)
    decision = models.CharField(
        _("Decision"), max_length=10, choices=NoticeDecision.choices, default=NoticeDecision.WAITING
    )
    reason = models.TextField(_("Reason"), blank=True, max_length=1000)
    # Names one filling-in of the form: sent twice, it is one notice.
    form_token = models.UUIDField(null=True, editable=False)
    decided_by = models.ForeignKey(
        User, verbose_name=_("decided by"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = TransferNoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("transfer notice")
        verbose_name_plural = _("transfer notices")
        constraints = [
            # A slip that was rejected may be sent again, for the order that it belongs to.
            models.UniqueConstraint(
                fields=["slip_bank", "slip_reference"],
                condition=~models.Q(slip_reference="") & ~models.Q(decision=NoticeDecision.REJECTED),
                name="slip_reference_once",
            ),
            models.UniqueConstraint(
                fields=["slip_fingerprint"],
                condition=~models.Q(slip_fingerprint="") & ~models.Q(decision=NoticeDecision.REJECTED),
                name="slip_picture_once",
            ),
            models.UniqueConstraint(fields=["order", "form_token"], name="notice_once_per_form"),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="notice_amount_positive"),
        ]
        indexes = [
            models.Index(fields=["provider", "desk_state", "due_at", "id"], name="notice_desk"),
            models.Index(fields=["provider", "decision", "finding", "-id"], name="notice_inbox"),
            models.Index(fields=["provider", "-id"], name="notice_newest"),
            models.Index(fields=["provider", "transferred_at"], name="notice_moment"),
        ]

    def __str__(self) -> str:
        return f"{self.order}: {self.amount}"

    def get_absolute_url(self) -> str:
        return reverse("followup:transfer", args=[self.pk])
