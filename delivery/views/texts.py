"""The owner's pages about the texts that go out by SMS: what they say, in each language, and whether."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.models import Provider
from delivery.domain import texts as domain
from delivery.domain.previews import Preview, hidden_from_couriers, preview_of
from delivery.forms.texts import TextForm
from delivery.texts import (
    FOR_COURIERS,
    LABELS,
    OTHER_NAME,
    OTHER_TEXT,
    OTHER_WHEN,
    VARIABLES,
    WHEN,
    TextKind,
)
from delivery.views.common import owned_shop
from loyalty.domain.programme import programme
from marketplace.common.calendars import base_language
from marketplace.common.errors import DomainError
from marketplace.common.requests import wants_fragment
from marketplace.notify.sms import gateway_of
from marketplace.notify.sms_parts import count_parts

_LANGUAGES = dict(settings.LANGUAGES)


@never_cache
@require_GET
def message_texts(request: HttpRequest) -> HttpResponse:
    shop = owned_shop(request)
    language = base_language(get_language())
    gateway = gateway_of(shop)
    entries = [_entry(shop, kind, language) for kind in TextKind]
    context = {
        "couriers": [entry for entry in entries if entry["kind"] in FOR_COURIERS],
        "customers": [entry for entry in entries if entry["kind"] not in FOR_COURIERS],
        "fixed": _fixed(shop),
        "language": language,
        "is_set_up": gateway is not None and gateway.is_on,
    }
    return render(request, "delivery/texts.html", context)


@never_cache
@require_GET
def message_text(request: HttpRequest, kind: str) -> HttpResponse:
    shop, text_kind = owned_shop(request), _kind(kind)
    language = request.GET.get("language", base_language(get_language()))
    text = domain.text_of(shop, text_kind, _language(language))
    return _editor(request, shop, text_kind, language, TextForm(initial={"text": text}))


@require_POST
def message_text_save(request: HttpRequest, kind: str, language: str) -> HttpResponse:
    shop, text_kind = owned_shop(request), _kind(kind)
    form = TextForm(request.POST)
    try:
        form.is_valid()
        domain.save_text(shop, text_kind, _language(language), form.typed)
    except DomainError as error:
        form.add_error("text", error.sentence)
        return _editor(request, shop, text_kind, language, form, status=422)
    messages.success(request, _("Saved."))
    return redirect(_address(text_kind, language))


@require_POST
def message_text_preview(request: HttpRequest, kind: str, language: str) -> HttpResponse:
    """What is typed, as it would go out; nothing is stored. Without scripts, the whole page."""
    shop, text_kind = owned_shop(request), _kind(kind)
    form = TextForm(request.POST)
    form.is_valid()
    if not wants_fragment(request):
        return _editor(request, shop, text_kind, language, form)
    preview = preview_of(shop, text_kind, _language(language), form.typed)
    return render(request, "delivery/_text_preview.html", {"preview": preview, "text_language": language})


@require_POST
def message_text_reset(request: HttpRequest, kind: str, language: str) -> HttpResponse:
    shop, text_kind = owned_shop(request), _kind(kind)
    domain.reset_text(shop, text_kind, _language(language))
    messages.success(request, _("The text is the first one again."))
    return redirect(_address(text_kind, language))


@require_POST
def message_text_switch(request: HttpRequest, kind: str) -> HttpResponse:
    shop, text_kind = owned_shop(request), _kind(kind)
    domain.switch(shop, text_kind, on=request.POST.get("on") == "1")
    if request.POST.get("from") == "text":
        return redirect(_address(text_kind, request.POST.get("language", "")))
    return redirect(f"{reverse('delivery:message_texts')}#{text_kind.value}")


def _editor(
    request: HttpRequest, shop: Provider, kind: TextKind, language: str, form: TextForm, *, status: int = 200
) -> HttpResponse:
    hidden = hidden_from_couriers(shop) if kind in FOR_COURIERS else set()
    context: dict[str, Any] = {
        "kind": kind,
        "when": WHEN[kind],
        "form": form,
        "text_language": _language(language),
        "languages": [(code, name, domain.has_own(shop, kind, code)) for code, name in settings.LANGUAGES],
        "is_own": domain.has_own(shop, kind, language),
        "is_on": domain.is_on(shop, kind),
        "variables": [(f"{{{name}}}", LABELS[name], name in hidden) for name in VARIABLES[kind]],
        "has_hidden": bool(hidden & set(VARIABLES[kind])),
        "preview": preview_of(shop, kind, language, form.typed),
    }
    return render(request, "delivery/text.html", context, status=status)


def _entry(shop: Provider, kind: TextKind, language: str) -> dict[str, Any]:
    preview: Preview = preview_of(shop, kind, language, domain.text_of(shop, kind, language))
    return {
        "kind": kind,
        "when": WHEN[kind],
        "is_on": domain.is_on(shop, kind),
        "is_own": domain.has_own(shop, kind, language),
        "preview": preview,
    }


def _fixed(shop: Provider) -> dict[str, Any] | None:
    """The one text that is no shop's to edit, on the page of the shop whose gateway sends it."""
    if shop.slug != settings.LOYALTY_SMS_SHOP:
        return None
    text = str(OTHER_TEXT) % {"code": "123456", "store": programme()}
    return {"name": OTHER_NAME, "when": OTHER_WHEN, "text": text, "parts": count_parts(text)}


def _kind(kind: str) -> TextKind:
    if kind not in TextKind.values:
        raise Http404
    return TextKind(kind)


def _language(language: str) -> str:
    if language not in _LANGUAGES:
        raise Http404
    return language


def _address(kind: TextKind, language: str) -> str:
    place = reverse("delivery:message_text", args=[kind.value])
    return f"{place}?language={language}" if language in _LANGUAGES else place
