"""Settings, opening a shop, joining one; logging in and signing up are allauth's views."""

import json
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.domain import INVITATION_REFUSALS
from accounts.domain import accept_invitation as domain_accept_invitation
from accounts.domain import open_shop as domain_open_shop
from accounts.domain import save_shop as domain_save_shop
from accounts.forms import OpenShopForm, ProfileForm, PushSubscriptionForm, ShopForm
from accounts.models import Invitation, User
from accounts.queries import CHOSEN_SHOP, invitation_refusal, memberships_of, own_shop_of, works_at
from accounts.zones import time_zones
from marketplace.common.errors import DomainError
from marketplace.notify import push


@require_GET
def settings_page(request: HttpRequest) -> HttpResponse:
    return _settings(request)


@require_POST
def save_profile(request: HttpRequest) -> HttpResponse:
    user = User.objects.get(pk=_user(request).pk)  # the page's own `user` must not show refused input
    form = ProfileForm(request.POST, instance=user)
    if not form.is_valid():
        return _settings(request, profile_form=form)
    form.save()
    with translation.override(user.language):
        messages.success(request, gettext("Saved."))
    response = redirect("accounts:settings")
    response.set_cookie(  # so that the log-in page speaks it too
        settings.LANGUAGE_COOKIE_NAME, user.language, max_age=365 * 24 * 3600, samesite="Lax", httponly=True
    )
    return response


@require_POST
def save_shop(request: HttpRequest) -> HttpResponse:
    shop = own_shop_of(_user(request))
    if shop is None:
        raise Http404
    form = ShopForm(request.POST, request.FILES, instance=shop)
    if not form.is_valid():
        return _settings(request, shop_form=form)
    domain_save_shop(form.save(commit=False))
    messages.success(request, gettext("Saved."))
    return redirect("accounts:settings")


@never_cache
@require_GET
def push_key(request: HttpRequest) -> JsonResponse:
    """What the service worker needs to subscribe anew, without a page: {key, token, on}."""
    if not push.is_available():
        raise Http404
    on = reverse("accounts:push_subscribe")
    return JsonResponse({"key": settings.VAPID_PUBLIC_KEY, "token": get_token(request), "on": on})


@require_POST
def push_subscribe(request: HttpRequest) -> JsonResponse:
    """This browser is told from now on; the body is its `PushSubscription` as JSON."""
    if not push.is_available():
        raise Http404
    form = PushSubscriptionForm(_subscription(request))
    if not form.is_valid():
        return JsonResponse({"errors": form.errors}, status=422)
    push.subscribe(_user(request), user_agent=request.headers.get("User-Agent", ""), **form.cleaned_data)
    request.session["push_endpoint"] = form.cleaned_data["endpoint"]  # logging out turns it off
    return JsonResponse({})


@require_POST
def push_unsubscribe(request: HttpRequest) -> JsonResponse:
    push.unsubscribe(_user(request), str(_subscription(request).get("endpoint", "")))
    return JsonResponse({})


def _subscription(request: HttpRequest) -> dict[str, Any]:
    """The endpoint and the keys of a browser's `PushSubscription`; {} for what is none."""
    try:
        found = json.loads(request.body)
        return {"endpoint": found["endpoint"], **found["keys"]}
    except (ValueError, KeyError, TypeError):
        return {}


@require_http_methods(["GET", "POST"])
def open_shop(request: HttpRequest) -> HttpResponse:
    """What a shop is, and its one question: the name."""
    user = _user(request)
    if own_shop_of(user):
        return redirect("accounts:settings")
    form = OpenShopForm(request.POST or None, initial={"name": user.name})
    if request.method == "POST" and form.is_valid():
        domain_open_shop(user, name=form.cleaned_data["name"])
        messages.success(request, gettext("Your shop is open. Add your first service."))
        return redirect("dashboard")
    return render(request, "accounts/open_shop.html", {"form": form})


@require_POST
def choose_shop(request: HttpRequest, pk: int) -> HttpResponse:
    """The pages of a shop are about this one from now on, on this device."""
    membership = get_object_or_404(memberships_of(request.user), provider=pk)
    request.session[CHOSEN_SHOP] = membership.provider_id
    return redirect("dashboard")


@login_not_required
@never_cache
@require_GET
def join(request: HttpRequest, token: str) -> HttpResponse:
    """What an invitation leads to, the same for every reader: it tells of no account."""
    invitation = _invitation(token)
    refusal = invitation_refusal(invitation)
    context = {
        "invitation": invitation,
        "refusal": INVITATION_REFUSALS[refusal] if refusal else "",
        "works_here": works_at(request.user, invitation.provider_id),
    }
    return render(request, "accounts/join.html", context)


@require_POST
def accept_invitation(request: HttpRequest, token: str) -> HttpResponse:
    invitation = _invitation(token)
    try:
        domain_accept_invitation(invitation, by=_user(request))
    except DomainError as error:
        messages.error(request, error.sentence)
        return redirect("accounts:join", token=token)
    messages.success(request, gettext("You now work at %(shop)s.") % {"shop": invitation.provider.name})
    return redirect("messaging:inbox")


def _invitation(token: str) -> Invitation:
    return get_object_or_404(Invitation.objects.select_related("provider", "invited_by"), token=token)


def _settings(request: HttpRequest, **forms: Any) -> HttpResponse:
    user = _user(request)
    shop = own_shop_of(user)
    context = {
        "profile_form": ProfileForm(instance=user),
        "shop_form": ShopForm(instance=shop) if shop else None,
        "own_shop": shop,
        "time_zones": time_zones(),
        "push_key": settings.VAPID_PUBLIC_KEY if push.is_available() else "",
        "push_marks": " ".join(push.marks_of(user)),
        **forms,
    }
    return render(request, "accounts/settings.html", context)


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)  # LoginRequiredMiddleware lets nobody else come here
