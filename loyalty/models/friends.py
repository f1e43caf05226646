"""Friend Get Friend: who brought whom, and what both get for it."""

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from loyalty.enums import ReferralEvent, ReferralStatus
from loyalty.models.ledger import Purchase
from loyalty.models.members import Member


class ReferralCampaign(models.Model):
    name = models.CharField(_("campaign name"), max_length=120)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    is_active = models.BooleanField(_("running"), default=True)
    inviter_points = models.PositiveIntegerField(
        _("points for who invites"), validators=[MinValueValidator(1)]
    )
    friend_points = models.PositiveIntegerField(_("points for the friend"), default=0)
    event = models.CharField(
        _("given"), max_length=10, choices=ReferralEvent.choices, default=ReferralEvent.FIRST_ORDER
    )
    minimum = models.DecimalField(
        _("first order of at least"),
        max_digits=14,
        decimal_places=2,
        default=0,
        validators=[MinValueValidator(0)],
    )
    return_days = models.PositiveSmallIntegerField(
        _("days in which an order can be returned"),
        default=7,
        help_text=_("Points are given when they are over."),
    )
    per_inviter = models.PositiveIntegerField(
        _("friends for each inviter at most"), null=True, blank=True, default=20
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")), name="referral_campaign_dates"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Referral(models.Model):
    """A friend is brought once, by one member."""

    campaign = models.ForeignKey(
        ReferralCampaign, verbose_name=_("campaign"), on_delete=models.PROTECT, related_name="referrals"
    )
    inviter = models.ForeignKey(
        Member, verbose_name=_("invited by"), on_delete=models.PROTECT, related_name="invited"
    )
    friend = models.OneToOneField(
        Member, verbose_name=_("friend"), on_delete=models.PROTECT, related_name="referral"
    )
    status = models.CharField(
        _("status"), max_length=10, choices=ReferralStatus.choices, default=ReferralStatus.JOINED
    )
    # Why it was refused or taken back: a code that the page turns into a sentence.
    reason = models.CharField(_("reason"), max_length=40, blank=True)
    purchase = models.ForeignKey(
        Purchase,
        verbose_name=_("purchase"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    created_at = models.DateTimeField(_("joined"), auto_now_add=True)
    due_at = models.DateTimeField(_("points are given"), null=True, blank=True)
    rewarded_at = models.DateTimeField(_("rewarded"), null=True, blank=True)

    class Meta:
        verbose_name = _("referral")
        verbose_name_plural = _("referrals")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(inviter=models.F("friend")), name="referral_not_of_oneself"
            )
        ]
        indexes = [
            models.Index(
                fields=["due_at"], condition=models.Q(status=ReferralStatus.WAITING), name="referral_due"
            )
        ]

    def __str__(self) -> str:
        return f"{self.inviter} → {self.friend}"
