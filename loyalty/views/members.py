"""4.1 Member Detail: finding, adding and editing members."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from loyalty.domain import add_member, edit_member, erase_member, merge_members, preview_merge
from loyalty.enums import Right
from loyalty.forms.members import EraseForm, MemberForm
from loyalty.models import Member
from loyalty.queries.members import newest_members, search_members
from loyalty.views.common import backoffice, operator_of, page
from marketplace.common.errors import DomainError

TITLE = "Member Detail"


def page_key(request: HttpRequest, name: str = "before") -> int | None:
    """A key from the address; what no row can have is no page."""
    value = request.GET.get(name, "")
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 19 else None


def found_member(pk: int) -> Member:
    members = Member.objects.select_related("level", "hand_level", "user", "merged_into")
    return get_object_or_404(members, pk=pk)


def _open_member(pk: int) -> Member:
    """One that can still be changed."""
    member = found_member(pk)
    if member.merged_into_id is not None or member.erased_at is not None:
        raise Http404
    return member


@backoffice(Right.MEMBERS)
@require_safe
def members(request: HttpRequest) -> HttpResponseBase:
    text = request.GET.get("q", "").strip()[:200]
    found = search_members(text, before=page_key(request)) if text else None
    context = {
        "text": text,
        "found": found,
        "members": found.members if found else newest_members(),
        "is_first_page": page_key(request) is None,
    }
    return page(request, "loyalty/members.html", TITLE, context)


@backoffice(Right.MEMBERS)
@require_http_methods(["GET", "HEAD", "POST"])
def new_member(request: HttpRequest) -> HttpResponseBase:
    form = MemberForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            member = add_member(by=operator_of(request), **form.cleaned_data)
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, gettext("The member is added."))
            return redirect("loyalty:member", member.pk)
    context = {"form": form, "member": None}
    return page(request, "loyalty/member_form.html", gettext("Add member"), context, status=_status(form))


@backoffice(Right.MEMBERS)
@require_http_methods(["GET", "HEAD", "POST"])
def change_member(request: HttpRequest, pk: int) -> HttpResponseBase:
    member = _open_member(pk)
    form = MemberForm(request.POST or None, member=member)
    if request.method == "POST" and form.is_valid():
        try:
            edit_member(member, by=operator_of(request), seen=form.seen(), **form.changes())
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, gettext("Saved."))
            return redirect("loyalty:member", pk)
    context = {"form": form, "member": member}
    return page(request, "loyalty/member_form.html", gettext("Edit member"), context, status=_status(form))


@backoffice(Right.MEMBERS)
@require_safe
def choose_other(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Which member is the same person, and what the two will be as one."""
    member = _open_member(pk)
    return _merge_page(request, member, _other(request.GET.get("other", "")))


@backoffice(Right.MEMBERS)
@require_POST
def merge(request: HttpRequest, pk: int) -> HttpResponseBase:
    member = found_member(pk)
    other = _other(request.POST.get("other", ""))
    if other is None:
        raise Http404
    try:
        merge_members(member, other, by=operator_of(request))
    except DomainError:
        return _merge_page(request, member, other, status=422)
    done = gettext("Merged. Member ID %(number)s leads here now.") % {"number": other.number}
    messages.success(request, done)
    return redirect("loyalty:member", pk)


@backoffice(Right.MEMBERS)
@require_http_methods(["GET", "HEAD", "POST"])
def forget_member(request: HttpRequest, pk: int) -> HttpResponseBase:
    member = _open_member(pk)
    form = EraseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            erase_member(member, typed_number=form.cleaned_data["number"], by=operator_of(request))
        except DomainError as error:
            form.add_error("number", error.sentence)
        else:
            messages.success(request, gettext("The member's personal data is erased."))
            return redirect("loyalty:members")
    context = {"form": form, "member": member}
    return page(request, "loyalty/member_erase.html", gettext("Erase member"), context, status=_status(form))


def _other(key: str) -> Member | None:
    if not key.isascii() or not key.isdecimal() or len(key) > 18:
        return None
    return Member.objects.select_related("level", "user").filter(pk=key).first()


def _merge_page(
    request: HttpRequest, member: Member, other: Member | None, *, status: int = 200
) -> HttpResponseBase:
    text = request.GET.get("q", "").strip()[:200]
    found = search_members(text, before=page_key(request)) if text and other is None else None
    context = {
        "member": member,
        "text": text,
        "found": found,
        "members": [one for one in found.members if one.pk != member.pk] if found else [],
        "preview": preview_merge(member, other) if other else None,
    }
    return page(request, "loyalty/member_merge.html", gettext("Merge members"), context, status=status)


def _status(form: Any) -> int:
    return 422 if form.errors else 200
