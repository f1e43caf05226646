"""What the operator pages of all apps have in common."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from marketplace.common.errors import DomainError

COUNT_LIMIT = 10_000


class BoundedPaginator(Paginator):  # type: ignore[type-arg]
    """Stops counting at COUNT_LIMIT: a list costs the same with a million rows. Search goes further."""

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return int(rows.order_by()[:COUNT_LIMIT].count())


class ListAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    paginator = BoundedPaginator
    show_full_result_count = False
    list_per_page = 50
    show_facets = admin.ShowFacets.NEVER

    def has_operate_permission(self, request: HttpRequest) -> bool:
        """For actions: the right to change, also where the form itself is read-only."""
        codename = f"{self.opts.app_label}.change_{self.opts.model_name}"
        return request.user.has_perm(codename)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False  # what happened stays; things are taken off, suspended or cancelled instead


class ReadOnlyAdmin(ListAdmin):
    """A write here would bypass the rules of the app's domain functions."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ReadOnlyInline(admin.TabularInline):  # type: ignore[type-arg]
    extra = 0
    can_delete = False
    show_change_link = False

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ConfirmForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"})
    )

    def __init__(self, *args: Any, reason_help: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if reason_help:
            self.fields["reason"].help_text = reason_help
        else:
            del self.fields["reason"]


def confirmed_action(
    model_admin: admin.ModelAdmin,  # type: ignore[type-arg]
    request: HttpRequest,
    queryset: "QuerySet[Any]",
    *,
    title: Any,
    text: Any,
    done: Any,
    do: Callable[[Any, str], None],
    reason_help: Any = "",
) -> HttpResponse | None:
    """Asks first, with a reason if `reason_help` says who reads it; then does it for each row.

    `do(row, reason)` may refuse with DomainError; what was done is written to the admin's log with
    `done` and the reason.
    """
    form = ConfirmForm(
        request.POST if "confirmed" in request.POST else None,
        reason_help=reason_help,
    )
    if form.is_bound and form.is_valid():
        for row in queryset:
            _do(model_admin, request, row, str(done), do, form.cleaned_data.get("reason", ""))
        return None
    context = {
        **model_admin.admin_site.each_context(request),
        "title": title,
        "text": text,
        "form": form,
        "opts": model_admin.opts,
        "rows": queryset[:100],
        "action": request.POST.get("action", ""),
        "action_checkbox_name": ACTION_CHECKBOX_NAME,
        "media": model_admin.media,
    }
    return TemplateResponse(request, "admin/confirm_action.html", context)


def _do(
    model_admin: admin.ModelAdmin,  # type: ignore[type-arg]
    request: HttpRequest,
    row: Any,
    done: str,
    do: Callable[[Any, str], None],
    reason: str,
) -> None:
    try:
        do(row, reason)
    except DomainError as error:
        messages.error(request, f"{row}: {error.sentence}")
        return
    model_admin.log_change(request, row, f"{done} {reason}".strip())
    messages.success(request, f"{row}: {done}")
