"""Who carries, and what a shop lets them see."""

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.enums import MemberRole
from accounts.models import Provider, User


class CourierQuerySet(models.QuerySet["Courier"]):
    def active(self) -> "CourierQuerySet":
        return self.filter(user__is_active=True)

    def usable_by(self, provider: Provider) -> "CourierQuerySet":
        """The shop's own, and the operator's, whom every shop may ask."""
        return self.filter(models.Q(provider=provider) | models.Q(provider=None))

    def managed_by(self, user: User | AnonymousUser) -> "CourierQuerySet":
        """Those of the shop that `user` owns; the operator's are managed in the admin alone."""
        if not isinstance(user, User):
            return self.none()
        owned = Provider.objects.filter(members__user=user, members__role=MemberRole.OWNER)
        return self.filter(provider__in=owned.values("pk"))


class Courier(models.Model):
    """Name, phone and log-in are the account's; a courier who may not log in is not active."""

    user = models.OneToOneField(
        User, verbose_name=_("person"), on_delete=models.PROTECT, related_name="courier"
    )
    provider = models.ForeignKey(
        Provider,
        verbose_name=_("provider"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="couriers",
        help_text=_("Empty: for all shops."),
    )
    vehicle = models.CharField(_("Vehicle"), max_length=80, blank=True)
    note = models.TextField(_("Note"), blank=True, max_length=1000)
    photo = models.ImageField(_("Photo"), upload_to="couriers/", blank=True)
    # Names the one filling-in of the form that made it: sent twice, it makes one courier.
    form_token = models.UUIDField(null=True, unique=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = CourierQuerySet.as_manager()

    class Meta:
        verbose_name = _("courier")
        verbose_name_plural = _("couriers")
        indexes = [models.Index(fields=["provider", "id"], name="courier_of_provider")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("delivery:edit_courier", args=[self.pk])

    @property
    def name(self) -> str:
        return self.user.name

    @property
    def is_active(self) -> bool:
        return self.user.is_active


class DeliverySettings(models.Model):
    """Of a shop: what its couriers see of an order beside the address and the amount to collect, and how long
    the link to a task lives."""

    provider = models.OneToOneField(
        Provider, verbose_name=_("provider"), on_delete=models.CASCADE, related_name="delivery_settings"
    )
    show_lines = models.BooleanField(_("Items"), default=True)
    show_prices = models.BooleanField(_("Prices of the items"), default=False)
    show_total = models.BooleanField(_("Order total"), default=False)
    show_phone = models.BooleanField(_("Customer's phone"), default=True)
    show_note = models.BooleanField(_("Customer's note"), default=True)
    link_hours = models.PositiveSmallIntegerField(
        _("Hours that a task's link works"),
        default=12,
        help_text=_("Whoever holds the link sees that one task without logging in."),
    )

    class Meta:
        verbose_name = _("delivery settings")
        verbose_name_plural = _("delivery settings")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(link_hours__gte=1, link_hours__lte=168), name="delivery_link_hours"
            )
        ]

    def __str__(self) -> str:
        return str(self.provider)
