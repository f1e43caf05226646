"""A member's own pages: points, history, card, and the way in."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from loyalty import domain
from loyalty.domain.phone_codes import asked_phone, can_send_codes, prove_phone, send_code
from loyalty.domain.points_at_a_glance import overview_of
from loyalty.domain.programme import programme
from loyalty.forms.points import CodeForm, ProvePhoneForm
from loyalty.models import Member
from loyalty.queries.history import account_of, history, with_reasons
from loyalty.queries.points import member_of_account
from loyalty.views.common import operator_of as reader
from loyalty.views.invitations import accept_pending, pending_inviter, short_name
from loyalty.views.my_common import members_page, my_page
from marketplace.common.errors import DomainError

NEWEST = 5


@require_GET
def my_points(request: HttpRequest) -> HttpResponse:
    """Points, level and what came last; for who has not joined, what it is and one press."""
    member = member_of_account(reader(request))
    inviter = pending_inviter(request)
    name = short_name(inviter) if inviter and inviter != member else ""
    if member is None:
        invited = {"name": name, "campaign": domain.running_campaign(), "programme": programme()}
        return my_page(request, "loyalty/points_join.html", None, invited)
    context = {
        "view": overview_of(member),
        "newest": with_reasons(member.entries.all()).order_by("-pk")[:NEWEST],
        "can_send": can_send_codes(),
        "invited_by": name,
    }
    return my_page(request, "loyalty/my_points.html", member, context)


@require_POST
def join_points(request: HttpRequest) -> HttpResponse:
    """One press; who came by an invitation is noted as a friend. Again: the same member."""
    user = reader(request)
    is_new = member_of_account(user) is None
    member = domain.member_of(user)
    if is_new:
        messages.success(request, gettext("Welcome. You collect points from now on."))
    accept_pending(request, member)
    return redirect("loyalty:my_points")


@members_page
@require_GET
def my_history(request: HttpRequest, member: Member) -> HttpResponse:
    before = request.GET.get("before", "")
    key = int(before) if before.isascii() and before.isdecimal() and len(before) < 19 else None
    lines, more = history(member, account_of(member), before=key)
    return my_page(
        request, "loyalty/my_history.html", member, {"lines": lines, "more": more, "is_first": key is None}
    )


@members_page
@require_GET
def my_card(request: HttpRequest, member: Member) -> HttpResponse:
    """The code that the counter scans: it names the member and nothing else, and lets nobody in."""
    address = settings.BASE_URL + reverse("loyalty:counter_card", args=[member.qr_token])
    return my_page(request, "loyalty/my_card.html", member, {"address": address, "programme": programme()})


@members_page
@require_http_methods(["GET", "POST"])
def my_phone(request: HttpRequest, member: Member) -> HttpResponse:
    """A phone goes on the card when its owner proves it, by a code or at the counter."""
    user = reader(request)
    form = ProvePhoneForm(request.POST or None, initial={"phone": member.phone or user.phone or ""})
    if request.method == "POST" and form.is_valid():
        try:
            send_code(user, form.cleaned_data["phone"])
            return redirect("loyalty:my_phone")
        except DomainError as error:
            form.add_error("phone", error.sentence)
    return _phone_page(request, member, form, CodeForm())


@members_page
@require_POST
def prove_my_phone(request: HttpRequest, member: Member) -> HttpResponse:
    form = CodeForm(request.POST)
    if form.is_valid():
        try:
            prove_phone(reader(request), form.cleaned_data["code"])
            messages.success(
                request, gettext("Your phone is on your card. What was collected by it is yours.")
            )
            return redirect("loyalty:my_points")
        except DomainError as error:
            form.add_error("code", error.sentence)
    return _phone_page(request, member, ProvePhoneForm(), form)


def _phone_page(
    request: HttpRequest, member: Member, form: ProvePhoneForm, code_form: CodeForm
) -> HttpResponse:
    context = {
        "form": form,
        "code_form": code_form,
        "asked": asked_phone(reader(request)),
        "can_send": can_send_codes(),
    }
    is_wrong = bool(form.is_bound and form.errors) or code_form.is_bound
    return my_page(request, "loyalty/my_phone.html", member, context, status=422 if is_wrong else 200)
