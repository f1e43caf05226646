from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from marketplace.common.admin_parts import ListAdmin, ReadOnlyAdmin, confirmed_action
from marketplace.common.page_cache import forget_pages_on_commit
from services.domain import put_back_on_site, take_off_site
from services.models import Category, SearchWord, Service


@admin.register(Category)
class CategoryAdmin(ListAdmin):
    list_display = ["name_en", "name_th", "name_fa", "name_vi", "slug", "icon", "position"]
    search_fields = ["name_en", "name_th", "name_fa", "name_vi", "slug"]

    def save_model(self, request: HttpRequest, obj: Category, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        forget_pages_on_commit()


@admin.register(Service)
class ServiceAdmin(ReadOnlyAdmin):
    list_display = ["title", "provider", "category", "price", "on_site", "is_listed", "created_at"]
    list_filter = ["is_public", "kind", "category", ("created_at", admin.DateFieldListFilter)]
    list_select_related = ["provider", "category"]
    search_fields = ["title", "provider__name"]
    ordering = ["-pk"]
    fields = [
        ("title", "provider"),
        ("category", "kind"),
        "description",
        ("price", "duration_minutes"),
        "photo",
        ("on_site", "is_listed"),
        "unlisted_reason",
        ("created_at", "updated_at"),
    ]
    actions = ["take_off", "put_back"]

    @admin.display(description=_("on the site"), boolean=True)
    def on_site(self, service: Service) -> bool:
        return service.is_public

    @admin.action(description=_("Take off the site"), permissions=["operate"])
    def take_off(self, request: HttpRequest, queryset: "QuerySet[Service]") -> HttpResponse | None:
        assert isinstance(request.user, User)
        by = request.user
        return confirmed_action(
            self,
            request,
            queryset.select_related("provider", "category"),
            title=_("Take off the site"),
            text=_("Nobody will find or order these services until you put them back."),
            done=_("Taken off the site."),
            do=lambda service, reason: take_off_site(service, reason=reason, by=by),
            reason_help=_("The provider will see this and be mailed."),
        )

    @admin.action(description=_("Put back"), permissions=["operate"])
    def put_back(self, request: HttpRequest, queryset: "QuerySet[Service]") -> HttpResponse | None:
        return confirmed_action(
            self,
            request,
            queryset.select_related("provider", "category"),
            title=_("Put back"),
            text=_("These services will be on the site again, if their provider lists them."),
            done=_("Put back."),
            do=lambda service, _reason: put_back_on_site(service),
        )


@admin.register(SearchWord)
class SearchWordAdmin(ReadOnlyAdmin):
    list_display = ["word"]
    search_fields = ["^word"]
    ordering = ["word"]
