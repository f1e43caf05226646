"""What every page of deliveries needs."""

from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from accounts.enums import MemberRole
from accounts.models import Provider, ProviderMember
from accounts.queries import current_membership
from delivery.models import Delivery


def membership(request: HttpRequest) -> ProviderMember:
    """The reader's place in the shop; 404 for who works nowhere."""
    found = current_membership(request)
    if found is None:
        raise Http404
    return found


def owned_shop(request: HttpRequest) -> Provider:
    """The shop that these pages are about, for its owner alone: couriers, SMS and texts are the owner's."""
    found = membership(request)
    if found.role != MemberRole.OWNER:
        raise Http404
    return found.provider


def visible_delivery(request: HttpRequest, pk: int) -> Delivery:
    related = Delivery.objects.visible_to(request.user).select_related(
        "order__customer", "order__thread", "provider", "courier__user"
    )
    return get_object_or_404(related, pk=pk)


def number_of(text: str) -> int:
    """0 for what is no number of a row."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


def sms_sentences(delivery: Delivery) -> list[str]:
    """Whether the courier was told by SMS, and who had it before, where something changed (see telling)."""
    told = (getattr(delivery, name, None) for name in ("told", "told_before"))
    return list(dict.fromkeys(str(one.sentence) for one in told if one))


def ip_of(request: HttpRequest) -> str:
    """As the log-in's limits see it, "" where the proxy does not say."""
    try:
        return str(get_adapter().get_client_ip(request))
    except PermissionDenied:
        return ""
