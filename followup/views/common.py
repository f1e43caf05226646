"""What every page of the desk needs."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from accounts.models import ProviderMember
from accounts.queries import current_membership, reader
from followup.enums import LeadKind
from followup.queries import visible_leads

PARTS = {
    LeadKind.ORDER: ["provider", "customer"],
    LeadKind.CALLBACK: ["provider", "service", "customer", "thread"],
    LeadKind.TRANSFER: ["provider", "order__customer", "order__provider"],
    LeadKind.THREAD: ["provider", "thread__customer"],
}


def membership(request: HttpRequest) -> ProviderMember:
    """The reader's place in the shop whose desk this is; whoever works nowhere finds nothing."""
    found = current_membership(request)
    if found is None:
        raise Http404
    return found


def visible_lead(request: HttpRequest, kind: LeadKind, pk: int) -> Any:
    leads: QuerySet[Any] = visible_leads(kind, reader(request)).select_related(*PARTS[kind])
    return get_object_or_404(leads, pk=pk)
