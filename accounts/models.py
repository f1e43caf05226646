"""People and shops."""

from datetime import datetime, timedelta
from typing import Any

from babel.core import get_global
from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.contrib.auth.models import UserManager as DjangoUserManager
from django.db import models
from django.db.models.functions import Lower, Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField
from phonenumbers import region_code_for_number

from accounts.enums import MemberRole
from marketplace.common.folding import Folded


class UserManager(DjangoUserManager["User"]):
    use_in_migrations = False  # a migration must not import app code

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username__iexact=username)


class User(AbstractUser):
    """Logs in with an email, or with a username (couriers, the operator's people).

    The email is not unique here: signing up must not tell whether an account exists, so two accounts
    may claim one address until one of them verifies it (allauth's EmailAddress is unique once verified).
    """

    username = models.CharField(_("username"), max_length=150, unique=True)
    display_name = models.CharField(_("name"), max_length=120, blank=True)
    phone = PhoneNumberField(_("phone"), blank=True)
    language = models.CharField(_("language"), max_length=8, choices=settings.LANGUAGES, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)
    must_change_password = models.BooleanField(_("must change the password"), default=False)
    suspended_reason = models.TextField(_("reason for suspension"), blank=True)
    name_folded = models.GeneratedField(
        expression=Folded("display_name"), output_field=models.TextField(), db_persist=True
    )

    first_name = None  # type: ignore[assignment]  # one name field serves four naming customs
    last_name = None  # type: ignore[assignment]

    objects = UserManager()  # type: ignore[misc]  # the parent declares its own manager

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        indexes = [models.Index(Lower("email"), name="user_email_lower")]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """What others see: the chosen name, else what stands before the @, never the address."""
        return self.display_name or self.username.split("@")[0]

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name


class ProviderQuerySet(models.QuerySet["Provider"]):
    def public(self) -> "ProviderQuerySet":
        return self.filter(is_suspended=False)


class Provider(models.Model):
    """A shop."""

    name = models.CharField(_("shop name"), max_length=120)
    slug = models.SlugField(_("name in the address"), max_length=140, unique=True, allow_unicode=True)
    about = models.TextField(_("about the shop"), blank=True, max_length=4000)
    city = models.CharField(_("city"), max_length=80, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64)
    currency = models.CharField(_("currency"), max_length=3)
    contact_email = models.EmailField(_("contact email"), blank=True)
    contact_phone = PhoneNumberField(_("contact phone"), blank=True)
    photo = models.ImageField(_("photo"), upload_to="providers/", blank=True)
    is_suspended = models.BooleanField(_("suspended"), default=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    renamed_at = models.DateTimeField(null=True, editable=False)  # until the search knows the new name
    people: Any = models.ManyToManyField(
        User, verbose_name=_("people"), through="ProviderMember", related_name="shops"
    )

    objects = ProviderQuerySet.as_manager()

    class Meta:
        verbose_name = _("provider")
        verbose_name_plural = _("providers")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("services:provider", args=[self.slug])

    @property
    def phone_region(self) -> str:
        """The country (two letters) whose way of writing a phone without a country code its people mean:
        that of the shop's own phone, else of its time zone, else the store's."""
        if self.contact_phone:
            region = region_code_for_number(self.contact_phone)
            if region:
                return str(region)
        return str(get_global("zone_territories").get(self.time_zone) or settings.STORE_COUNTRY)


class ProviderMember(models.Model):
    """A person's place in a shop."""

    provider = models.ForeignKey(
        Provider, verbose_name=_("provider"), on_delete=models.CASCADE, related_name="members"
    )
    user = models.ForeignKey(
        User, verbose_name=_("person"), on_delete=models.CASCADE, related_name="memberships"
    )
    role = models.CharField(_("role"), max_length=10, choices=MemberRole.choices)
    # What was written to the shop before is not unread to the person.
    joined_at = models.DateTimeField(_("joined"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("shop member")
        verbose_name_plural = _("shop members")
        constraints = [models.UniqueConstraint(fields=["provider", "user"], name="member_once_per_provider")]

    def __str__(self) -> str:
        return f"{self.user} @ {self.provider}"


INVITATION_LASTS = timedelta(days=14)


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self) -> "InvitationQuerySet":
        """Neither accepted nor withdrawn; its time may be over all the same."""
        return self.filter(accepted_at=None, withdrawn_at=None)


class Invitation(models.Model):
    """To work in a shop as an agent. Whoever holds the link may accept it, once: the account's email need
    not be the one to which it was sent, and the site never says whether that email has an account."""

    provider = models.ForeignKey(
        Provider, verbose_name=_("provider"), on_delete=models.CASCADE, related_name="invitations"
    )
    email = models.EmailField(_("email"))
    token = models.CharField(max_length=48, unique=True, editable=False)
    invited_by = models.ForeignKey(
        User, verbose_name=_("invited by"), on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    sent_at = models.DateTimeField(_("sent"), default=timezone.now)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    accepted_by = models.ForeignKey(
        User, verbose_name=_("accepted by"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.UniqueConstraint(
                "provider",
                Lower("email"),
                condition=models.Q(accepted_at=None, withdrawn_at=None),
                name="invitation_open_once_per_email",
            )
        ]

    def __str__(self) -> str:
        return f"{self.email} @ {self.provider}"

    @property
    def expires_at(self) -> datetime:
        """Sending it again starts its time anew."""
        return self.sent_at + INVITATION_LASTS

    @property
    def is_expired(self) -> bool:
        return timezone.now() >= self.expires_at
