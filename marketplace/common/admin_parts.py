"""What the operator pages of all apps have in common."""

from collections.abc import Callable
from copy import copy
from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.postgres.fields import DateTimeRangeField
from django.core.paginator import Paginator
from django.db import models
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from psycopg.types.range import Range

from marketplace.common.errors import DomainError
from marketplace.common.templatetags.local import local_date, local_datetime, local_time

COUNT_LIMIT = 10_000


class BoundedPaginator(Paginator):  # type: ignore[type-arg]
    """Stops counting at COUNT_LIMIT: a list costs the same with a million rows. Search goes further."""

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return int(rows.order_by()[:COUNT_LIMIT].count())


class ReadersView:
    """For ModelAdmin and inlines: what is only shown is shown in the reader's calendar and words.

    Dates in lists and read-only dates of forms become columns that go through the reader's calendar; Django
    would write them in the Gregorian one. `labels` names fields of models that are not ours, which their
    library left in English.
    """

    labels: dict[str, Any] = {}

    def shown(self, name: Any) -> Any:
        """`name` itself, or a read-only column in its place; always the same one for the same name."""
        if not isinstance(name, str):
            return name
        columns: dict[str, Any] = self.__dict__.setdefault("_columns", {})
        if name not in columns:
            columns[name] = self._column(name) or name
        return columns[name]

    def _column(self, name: str) -> Any:
        opts = self.model._meta  # type: ignore[attr-defined]
        field = next((f for f in opts.concrete_fields if f.name == name), None)
        if field is None or not (isinstance(field, _DATES) or name in self.labels):
            return None
        label = self.labels.get(name, field.verbose_name)

        @admin.display(description=label, ordering=name)
        def column(row: Model) -> Any:
            said = _for_reader(row, field)
            return self.get_empty_value_display() if said in (None, "") else said  # type: ignore[attr-defined]

        column.__name__ = name  # Django finds the help text and the column's class by it
        return column

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        names = super().get_list_display(request)  # type: ignore[misc]
        return [self.shown(name) for name in names]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        names = super().get_readonly_fields(request, obj)  # type: ignore[misc]
        return [self.shown(name) for name in names]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        fixed = self.get_readonly_fields(request, obj)
        is_fixed = not self.has_change_permission(request, obj)  # type: ignore[attr-defined]

        def shown(name: Any) -> Any:
            if isinstance(name, list | tuple):  # fields in one line
                return [shown(one) for one in name]
            return self.shown(name) if is_fixed or self.shown(name) in fixed else name

        sets = super().get_fieldsets(request, obj)  # type: ignore[misc]
        return [(title, {**more, "fields": [shown(name) for name in more["fields"]]}) for title, more in sets]


_DATES = (models.DateField, DateTimeRangeField)  # a DateTimeField is a DateField


def _for_reader(row: Model, field: Any) -> Any:
    value = getattr(row, field.name)
    if isinstance(value, datetime):
        return in_one_line(local_datetime(value))
    if isinstance(value, date):
        return in_one_line(local_date(value))
    if isinstance(value, Range):
        return in_one_line(f"{local_datetime(value.lower)} – {local_time(value.upper)}")
    return getattr(row, f"get_{field.name}_display")() if field.choices else value


def in_one_line(text: str) -> SafeString:
    """For a date in a list: Django keeps those that it writes itself from breaking."""
    return format_html('<span class="nowrap">{}</span>', text)


class ListAdmin(ReadersView, admin.ModelAdmin):  # type: ignore[type-arg]
    paginator = BoundedPaginator
    show_full_result_count = False
    list_per_page = 50
    show_facets = admin.ShowFacets.NEVER

    def has_operate_permission(self, request: HttpRequest) -> bool:
        """For actions: the right to change, also where the form itself is read-only; or to act alone."""
        app, model = self.opts.app_label, self.opts.model_name
        return any(request.user.has_perm(f"{app}.{what}_{model}") for what in ("change", "operate"))

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False  # what happened stays; things are taken off, suspended or cancelled instead


class ReadOnlyAdmin(ListAdmin):
    """A write here would bypass the rules of the app's domain functions."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class BorrowedAdmin(ReadOnlyAdmin):
    """For a library's model whose name the library left in English: `names` is (one, many)."""

    names: tuple[Any, Any]

    def __init__(self, model: type[Model], admin_site: admin.AdminSite) -> None:
        super().__init__(model, admin_site)
        self.opts = copy(model._meta)  # renaming the model itself would ask for a migration of the library
        self.opts.verbose_name, self.opts.verbose_name_plural = self.names

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        changes = super().get_changelist_instance(request)
        changes.opts = self.opts
        changes.title = capfirst(str(self.names[1]))
        return changes


class ReadOnlyInline(ReadersView, admin.TabularInline):  # type: ignore[type-arg]
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
