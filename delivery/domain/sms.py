"""Telling couriers and customers by SMS, as their shop set it up: whether one goes out, and if not, why."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from phonenumbers import NumberParseException, PhoneNumberFormat, format_number, is_valid_number, parse

from accounts.models import Provider, User
from accounts.queries import owner_of
from delivery.domain import texts
from delivery.enums import DeliveryState
from delivery.models import Courier, Delivery, DeliveryEvent
from delivery.texts import TextKind
from marketplace.common.calendars import base_language
from marketplace.common.limits import may_do
from marketplace.common.text import fold_digits
from marketplace.notify.enums import Channel, GatewayKind
from marketplace.notify.models import Notification, SmsGateway
from marketplace.notify.sms import gateway_of, notify_sms, send_test

# SMS that one person may cause by handing over, taking back and "send again", and that may come from one
# address (IP), which a whole shop may share: more than a busy day's, and an end to a stolen session.
OF_PERSON, OF_IP, LIMIT_SECONDS = 300, 600, 3600
_OF_STATE = {
    DeliveryState.ON_THE_WAY: TextKind.CUSTOMER_ON_THE_WAY,
    DeliveryState.DELIVERED: TextKind.CUSTOMER_DELIVERED,
    DeliveryState.FAILED: TextKind.CUSTOMER_FAILED,
}


@dataclass(frozen=True, slots=True)
class Told:
    """`sentence` is for the person of the shop who caused it."""

    by_sms: bool
    sentence: "str | Promise"


def may_cause_sms(by: User, ip: str) -> bool:
    """Counts one more; `ip` "" where there is none, as in a command."""
    allowed = [may_do("sms-caused", by.pk, times=OF_PERSON, seconds=LIMIT_SECONDS)]
    if ip:
        allowed.append(may_do("sms-caused-ip", ip, times=OF_IP, seconds=LIMIT_SECONDS))
    return all(allowed)


def sms_assigned(delivery: Delivery, courier: Courier, *, by: User, ip: str) -> Told:
    """The announcement, once for each hand-over."""
    kind = TextKind.COURIER_ANNOUNCEMENT
    language = language_of(courier.user, delivery.provider)
    refusal = _obstacle(delivery.provider, kind, str(courier.user.phone or ""), courier.name)
    refusal = refusal or _too_many(by, ip)
    if refusal is not None:
        return refusal
    text = texts.text_of(delivery.provider, kind, language)
    _write(
        delivery,
        kind,
        f"assigned:{delivery.assignment_number}",
        address=str(courier.user.phone),
        person=courier.user,
        language=language,
        text=texts.fill(text, texts.courier_values(delivery, courier.name, language)),
    )
    return _told(delivery.provider, courier)


def sms_taken_back(delivery: Delivery, courier: Courier, *, by: User, ip: str) -> Told:
    """To who had it until now."""
    kind = TextKind.COURIER_TAKEN_BACK
    phone = str(courier.user.phone or "")
    refusal = _obstacle(delivery.provider, kind, phone, courier.name) or _too_many(by, ip)
    if refusal is not None:
        return refusal
    language = language_of(courier.user, delivery.provider)
    text = texts.text_of(delivery.provider, kind, language)
    _write(
        delivery,
        kind,
        f"taken_back:{delivery.assignment_number}",
        address=phone,
        person=courier.user,
        language=language,
        text=texts.fill(text, texts.taken_back_values(delivery, courier.name, language)),
    )
    return _told(delivery.provider, courier)


def sms_customer(delivery: Delivery, event: DeliveryEvent) -> bool:
    """What became of the parcel, to the order's own phone; True when one goes out."""
    kind = _OF_STATE.get(DeliveryState(event.state))
    order = delivery.order
    if kind is None:
        return False
    phone = phone_of(order.phone, delivery.provider) or str(order.customer.phone or "")
    if _obstacle(delivery.provider, kind, phone, "") is not None:
        return False
    language = language_of(order.customer, delivery.provider)
    text = texts.text_of(delivery.provider, kind, language)
    values = texts.customer_values(delivery, event, language, names=texts.names_in(text))
    return _write(
        delivery,
        kind,
        f"event:{event.pk}",
        address=phone,
        person=order.customer,
        language=language,
        text=texts.fill(text, values),
    )


def send_trial(gateway: SmsGateway, phone: str, *, token: UUID) -> Notification:
    """One SMS to see whether the gateway works, now and with its answer; the same `token` again gives the
    first one."""
    key = f"sms_test:{gateway.pk}:{token}"
    known = Notification.objects.filter(unique_key=key, channel=Channel.SMS).first()
    if known is not None:
        return known
    text = gettext("%(shop)s: this is a test.") % {"shop": gateway.provider.name}
    language = get_language() or settings.LANGUAGE_CODE
    return send_test(gateway, phone, text=text, unique_key=key, language=language)


def language_of(person: User, provider: Provider) -> str:
    """The person's own; of who never chose one, that of the shop's owner."""
    return base_language(person.language or owner_of(provider).language or settings.LANGUAGE_CODE)


def phone_of(typed: str, provider: Provider) -> str:
    """In E.164, read as the shop's people write numbers; "" for what is none."""
    try:
        number = parse(fold_digits(typed), provider.phone_region)
    except NumberParseException:
        return ""
    return str(format_number(number, PhoneNumberFormat.E164)) if is_valid_number(number) else ""


def is_tried_out(provider: Provider) -> bool:
    gateway = gateway_of(provider)
    return gateway is not None and gateway.kind == GatewayKind.CONSOLE


def _told(provider: Provider, courier: Courier) -> Told:
    """It is in the outbox: the day's limits or the gateway may still refuse it, as the log then says."""
    if is_tried_out(provider):
        return Told(True, _("SMS are only tried out here: it stands in the log, and no phone gets it."))
    return Told(True, _("An SMS to %(courier)s is on its way.") % {"courier": courier.name})


def _too_many(by: User, ip: str) -> Told | None:
    if may_cause_sms(by, ip):
        return None
    return Told(False, _("Too many SMS were sent from here within the hour, so no SMS went out."))


def _obstacle(provider: Provider, kind: TextKind, phone: str, name: str) -> Told | None:
    gateway = gateway_of(provider)
    if gateway is None or not gateway.is_on:
        return Told(False, _("SMS are not set up, so no SMS went out."))
    if not texts.is_on(provider, kind) and kind == TextKind.COURIER_TAKEN_BACK:
        return Told(
            False,
            _("The text about taking back is switched off, so %(courier)s got no SMS.") % {"courier": name},
        )
    if not texts.is_on(provider, kind):
        return Told(False, _("This text is switched off, so no SMS went out."))
    if not phone:
        return Told(False, _("%(courier)s has no phone number, so no SMS went out.") % {"courier": name})
    return None


def _write(delivery: Delivery, kind: TextKind, cause: str, *, person: User, **fields: Any) -> bool:
    return notify_sms(
        delivery.provider,
        fields["address"],
        str(kind),
        f"delivery:{delivery.pk}:sms:{cause}",
        text=fields["text"],
        recipient=person,
        language=fields["language"],
        time_zone=person.time_zone or delivery.provider.time_zone,
    )
