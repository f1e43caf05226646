"""The provider's own services: list, add, edit, take off and put back."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.html import format_html
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import Provider, User
from accounts.queries import current_membership
from marketplace.common.uploads import drop_photo
from services import domain
from services.forms import ServiceForm
from services.models import Service
from services.queries.browse import my_services_page


def _shop_of(request: HttpRequest) -> Provider | None:
    membership = current_membership(request)
    return membership.provider if membership else None


def _without_shop(request: HttpRequest) -> HttpResponse:
    return render(request, "services/no_shop.html")


def mine(request: HttpRequest) -> HttpResponse:
    shop = _shop_of(request)
    if shop is None:
        return _without_shop(request)
    page = my_services_page(shop, request.GET.get("after", ""))
    return render(request, "services/mine.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    shop = _shop_of(request)
    if shop is None:
        return _without_shop(request)
    form = _form(request, Service(provider=shop), shop)
    if request.method == "POST" and form.is_valid():
        service = domain.add_service(shop, **form.changes)
        return _saved(request, form, service)
    return _form_page(request, form)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    service = _own_service(request, pk)
    form = _form(request, service, service.provider)
    if request.method == "POST" and form.is_valid():
        domain.change_service(service, **form.changes)
        return _saved(request, form, service)
    return _form_page(request, form, service)


@require_POST
def unlist(request: HttpRequest, pk: int) -> HttpResponse:
    service = _own_service(request, pk)
    domain.unlist_service(service)
    messages.success(request, gettext("“%(title)s” is off the site.") % {"title": service.title})
    return redirect("services:mine")


@require_POST
def list_(request: HttpRequest, pk: int) -> HttpResponse:
    service = _own_service(request, pk)
    domain.list_service(service)
    _say_where(request, service)
    return redirect("services:mine")


def _own_service(request: HttpRequest, pk: int) -> Service:
    services = Service.objects.managed_by(request.user).select_related("provider", "category")
    return get_object_or_404(services, pk=pk)


def _form(request: HttpRequest, service: Service, shop: Provider) -> ServiceForm:
    assert isinstance(request.user, User)  # LoginRequiredMiddleware
    data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    return ServiceForm(data, files, instance=service, provider=shop, user=request.user)


def _form_page(request: HttpRequest, form: ServiceForm, service: Service | None = None) -> HttpResponse:
    if form.is_bound:
        form.keep_photo()
    return render(request, "services/form.html", {"form": form, "service": service})


def _saved(request: HttpRequest, form: ServiceForm, service: Service) -> HttpResponse:
    drop_photo(user_id=form.user.pk)
    _say_where(request, service)
    return redirect("services:mine")


def _say_where(request: HttpRequest, service: Service) -> None:
    if not service.is_public:
        messages.info(
            request, gettext("“%(title)s” is saved. It is not on the site.") % {"title": service.title}
        )
        return
    words = gettext("“%(title)s” is on the site now.") % {"title": service.title}
    link = format_html('<a href="{}">{}</a>', service.get_absolute_url(), gettext("See its page"))
    messages.success(request, format_html("{} {}", words, link))
