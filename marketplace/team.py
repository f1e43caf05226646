"""A shop's team. The page counts each one's open rooms, so it stands above messaging."""

from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from accounts import domain
from accounts.forms import InviteForm
from accounts.models import Provider, User
from accounts.queries import invitations_of, members_of, own_shop_of
from marketplace.common.errors import DomainError
from messaging.queries import open_rooms_of


@require_GET
def team(request: HttpRequest) -> HttpResponse:
    return _page(request, _own_shop(request), InviteForm())


@require_POST
def invite_agent(request: HttpRequest) -> HttpResponse:
    """The same answer for every address: it must not tell who has an account."""
    shop, form = _own_shop(request), InviteForm(request.POST)
    if form.is_valid():
        try:
            domain.invite_agent(shop, email=form.cleaned_data["email"], by=_person(request))
        except DomainError as error:
            form.add_error("email", error.sentence)
        else:
            said = gettext("The invitation is on its way to %(email)s.")
            messages.success(request, said % {"email": form.cleaned_data["email"]})
            return redirect("team")
    return _page(request, shop, form, status=422)


@require_POST
def withdraw_invitation(request: HttpRequest, pk: int) -> HttpResponse:
    invitation = get_object_or_404(_own_shop(request).invitations, pk=pk)
    try:
        domain.withdraw_invitation(invitation, by=_person(request))
    except DomainError as error:
        messages.error(request, error.sentence)
    else:
        messages.success(request, gettext("The invitation is withdrawn: its link leads nowhere any more."))
    return redirect("team")


@require_POST
def remove_agent(request: HttpRequest, pk: int) -> HttpResponse:
    member = get_object_or_404(_own_shop(request).members.select_related("user"), pk=pk)
    try:
        domain.remove_agent(member)
    except DomainError as error:
        messages.error(request, error.sentence)
    else:
        said = gettext("%(name)s does not work in your shop any more. Their conversations are unassigned.")
        messages.success(request, said % {"name": member.user.name})
    return redirect("team")


def _person(request: HttpRequest) -> User:
    return cast(User, request.user)


def _own_shop(request: HttpRequest) -> Provider:
    shop = own_shop_of(_person(request))
    if shop is None:
        raise Http404
    return shop


def _page(request: HttpRequest, shop: Provider, form: InviteForm, status: int = 200) -> HttpResponse:
    rooms = open_rooms_of(shop)
    context = {
        "provider": shop,
        "members": [(member, rooms.get(member.user_id, 0)) for member in members_of(shop)],
        "invitations": invitations_of(shop),
        "form": form,
    }
    return render(request, "accounts/team.html", context, status=status)
