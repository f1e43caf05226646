"""The settings page and opening a shop; logging in and signing up are allauth's views."""

from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.domain import open_shop as domain_open_shop
from accounts.domain import save_shop as domain_save_shop
from accounts.forms import OpenShopForm, ProfileForm, ShopForm
from accounts.models import User
from accounts.queries import own_shop_of
from accounts.zones import time_zones


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


def _settings(request: HttpRequest, **forms: Any) -> HttpResponse:
    user = _user(request)
    shop = own_shop_of(user)
    context = {
        "profile_form": ProfileForm(instance=user),
        "shop_form": ShopForm(instance=shop) if shop else None,
        "own_shop": shop,
        "time_zones": time_zones(),
        **forms,
    }
    return render(request, "accounts/settings.html", context)


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)  # LoginRequiredMiddleware lets nobody else come here
