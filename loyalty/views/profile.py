"""8.1 My Profile and 8.3 Language."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import translation
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from loyalty.domain.people import save_profile
from loyalty.forms.people import MyProfileForm
from loyalty.permissions import branch_of
from loyalty.views.common import backoffice, operator_of, page


@backoffice()
@require_safe
def my_profile(request: HttpRequest) -> HttpResponseBase:
    return _profile_page(request, MyProfileForm(instance=operator_of(request)))


@backoffice()
@require_POST
def save_my_profile(request: HttpRequest) -> HttpResponseBase:
    user = User.objects.get(pk=operator_of(request).pk)  # the page's own `user` must not show refused input
    form = MyProfileForm(request.POST, instance=user)
    if not form.is_valid():
        return _profile_page(request, form)
    save_profile(form.save(commit=False))
    with translation.override(user.language):
        messages.success(request, gettext("Saved."))
    return _spoken(redirect("loyalty:my_profile"), user.language)


@backoffice()
@require_safe
def language(request: HttpRequest) -> HttpResponseBase:
    """Thai and English first, as in the manual; then the store's other languages."""
    names = dict(settings.LANGUAGES)
    order = ["th", "en", *(code for code in names if code not in ("th", "en"))]
    choices = [(code, names[code]) for code in order]
    return page(request, "loyalty/language.html", "Language", {"choices": choices})


@backoffice()
@require_POST
def save_language(request: HttpRequest) -> HttpResponseBase:
    chosen = request.POST.get("language", "")
    if chosen not in dict(settings.LANGUAGES):
        messages.error(request, gettext("Choose one of the languages."))
        return redirect("loyalty:language")
    User.objects.filter(pk=operator_of(request).pk).update(language=chosen)
    with translation.override(chosen):
        messages.success(request, gettext("Saved."))
    return _spoken(redirect("loyalty:language"), chosen)


def _spoken(response: HttpResponse, language: str) -> HttpResponse:
    """The log-in page speaks it too."""
    year = 365 * 24 * 3600
    response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, max_age=year, samesite="Lax", httponly=True)
    return response


def _profile_page(request: HttpRequest, form: MyProfileForm) -> HttpResponseBase:
    context = {"form": form, "branch": branch_of(operator_of(request))}
    status = 422 if form.errors else 200
    return page(request, "loyalty/profile.html", "My Profile", context, status=status)
