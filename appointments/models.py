"""Appointments and what happened in their calls."""

from datetime import datetime, timedelta

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Provider, User
from appointments.enums import AppointmentStatus, CallEventKind, CallOutcome, Phase
from marketplace.common.calendars import format_datetime, format_number
from messaging.models import Thread

OPENS_BEFORE = timedelta(minutes=10)
CLOSES_AFTER = timedelta(minutes=15)
LIVE = [AppointmentStatus.SCHEDULED, AppointmentStatus.ACCEPTED]


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    def visible_to(self, user: User | AnonymousUser) -> "AppointmentQuerySet":
        """The customer's own, and those of the shops in which the person works."""
        if not isinstance(user, User):
            return self.none()
        return self.filter(
            models.Q(customer=user)
            | models.Q(provider__in=Provider.objects.filter(members__user=user).values("pk"))
        )

    def callable_by(self, user: User | AnonymousUser) -> "AppointmentQuerySet":
        """Those whose call the person belongs to: the host and the customer, nobody else."""
        if not isinstance(user, User):
            return self.none()
        return self.filter(models.Q(customer=user) | models.Q(host=user))

    def live(self) -> "AppointmentQuerySet":
        return self.filter(status__in=LIVE)

    def of_either(self, provider_id: int, customer_id: int) -> "AppointmentQuerySet":
        """Everything that fills the time of this shop or of this customer."""
        return self.filter(models.Q(provider=provider_id) | models.Q(customer=customer_id))


class Appointment(models.Model):
    thread = models.ForeignKey(
        Thread, verbose_name=_("thread"), on_delete=models.PROTECT, related_name="appointments"
    )
    # The thread's two sides again, for the exclusion constraints below.
    provider = models.ForeignKey(
        Provider, verbose_name=_("provider"), on_delete=models.PROTECT, related_name="appointments"
    )
    customer = models.ForeignKey(
        User, verbose_name=_("Customer"), on_delete=models.PROTECT, related_name="appointments"
    )
    host = models.ForeignKey(
        User, verbose_name=_("host"), on_delete=models.PROTECT, related_name="hosted_appointments"
    )
    topic = models.CharField(_("Appointment topic"), max_length=160)
    period = DateTimeRangeField(_("Date and time"))
    status = models.CharField(
        _("Status"),
        max_length=10,
        choices=AppointmentStatus.choices,
        default=AppointmentStatus.SCHEDULED,
    )
    version = models.PositiveIntegerField(
        _("version"), default=1, help_text=_("Grows with every change of time.")
    )
    proposed_start = models.DateTimeField(_("proposed time"), null=True, blank=True)
    proposed_by = models.ForeignKey(
        User,
        verbose_name=_("proposed by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    booked_at = models.DateTimeField(_("agreed"), help_text=_("When the current time was agreed."))
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("appointment")
        verbose_name_plural = _("appointments")
        constraints = [
            ExclusionConstraint(
                name="appointment_provider_free",
                expressions=[
                    ("provider", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
                condition=models.Q(status__in=["scheduled", "accepted"]),
            ),
            ExclusionConstraint(
                name="appointment_customer_free",
                expressions=[
                    ("customer", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
                condition=models.Q(status__in=["scheduled", "accepted"]),
            ),
            models.CheckConstraint(
                condition=models.Q(period__isempty=False)
                & models.Q(period__lower_inf=False)
                & models.Q(period__upper_inf=False),
                name="appointment_period_finite",
            ),
        ]

    def __str__(self) -> str:
        when = format_datetime(self.start, get_language() or "en", timezone.get_current_timezone())
        return f"{self.topic}, {when}"

    def get_absolute_url(self) -> str:
        return reverse("appointments:detail", args=[self.pk])

    @property
    def card_url(self) -> str:
        """Where the thread's card of this appointment is drawn."""
        return reverse("appointments:card", args=[self.pk])

    @property
    def call_group(self) -> str:
        """The group of the open call pages."""
        return f"call.{self.pk}"

    @property
    def start(self) -> datetime:
        return self.period.lower  # type: ignore[no-any-return]

    @property
    def end(self) -> datetime:
        return self.period.upper  # type: ignore[no-any-return]

    @property
    def opens_at(self) -> datetime:
        """When the call page lets its two people in."""
        return self.start - OPENS_BEFORE

    @property
    def closes_at(self) -> datetime:
        """When the call page lets nobody in any more."""
        return self.end + CLOSES_AFTER

    @property
    def is_live(self) -> bool:
        return self.status in LIVE

    def phase(self, now: datetime) -> Phase:
        """What the clock makes of it: enterable from OPENS_BEFORE the start to CLOSES_AFTER the end."""
        if not self.is_live:
            return Phase.CANCELLED
        if now < self.opens_at:
            return Phase.UPCOMING
        if now < self.closes_at:
            return Phase.ENTERABLE
        return Phase.PAST


class CallEvent(models.Model):
    """What one side's page told of the call; `page` is that page's random id."""

    appointment = models.ForeignKey(
        Appointment, verbose_name=_("appointment"), on_delete=models.CASCADE, related_name="call_events"
    )
    user = models.ForeignKey(User, verbose_name=_("person"), on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=10, choices=CallEventKind.choices)
    page = models.CharField(_("page"), max_length=36, blank=True)
    detail = models.CharField(_("details"), max_length=200, blank=True)
    at = models.DateTimeField(_("time"), default=timezone.now)

    class Meta:
        verbose_name = _("step of a call")
        verbose_name_plural = _("steps of calls")
        indexes = [models.Index(fields=["appointment", "at"], name="call_event_in_order")]

    def __str__(self) -> str:
        return f"{self.appointment_id}: {self.get_kind_display()}"


class Call(models.Model):
    """One talk, or one vain wait, of an appointment. It gets its outcome once, and with it one line."""

    appointment = models.ForeignKey(
        Appointment, verbose_name=_("appointment"), on_delete=models.CASCADE, related_name="calls"
    )
    started_at = models.DateTimeField(_("started"), help_text=_("When the first side joined."))
    connected_at = models.DateTimeField(_("connected since"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=CallOutcome.choices, blank=True)
    waited = models.ForeignKey(
        User,
        verbose_name=_("who waited"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        constraints = [
            models.UniqueConstraint(
                fields=["appointment"], condition=models.Q(outcome=""), name="call_one_open_per_appointment"
            ),
            models.CheckConstraint(
                condition=models.Q(outcome="") | models.Q(ended_at__isnull=False), name="call_outcome_has_end"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.appointment_id}: {self.get_outcome_display() or gettext('in progress')}"

    @property
    def minutes(self) -> int:
        """Whole minutes of talk; 0 for less than one."""
        if self.connected_at is None or self.ended_at is None:
            return 0
        return int((self.ended_at - self.connected_at).total_seconds() // 60)

    @property
    def sentence(self) -> str:
        """The outcome in the reader's language; empty while the call runs."""
        if self.outcome == CallOutcome.TALKED:
            if self.minutes < 1:
                return gettext("Video call, less than a minute")
            return ngettext(
                "Video call, %(minutes)s minute", "Video call, %(minutes)s minutes", self.minutes
            ) % {"minutes": format_number(self.minutes, get_language() or "en")}
        if self.outcome == CallOutcome.FAILED:
            return gettext("The video call could not connect")
        if self.outcome == CallOutcome.MISSED and self.waited is not None:
            return gettext("Missed video call: %(name)s waited") % {"name": self.waited.name}
        return gettext("Missed video call") if self.outcome else ""


class CalendarFeed(models.Model):
    """The secret address under which a person's calendar program reads the appointments."""

    user = models.OneToOneField(
        User, verbose_name=_("person"), on_delete=models.CASCADE, related_name="calendar_feed"
    )
    token = models.CharField(_("secret part of the address"), max_length=64, unique=True)

    class Meta:
        verbose_name = _("calendar address")
        verbose_name_plural = _("calendar addresses")

    def __str__(self) -> str:
        return str(self.user)
