"""Members by hand: added and edited in the backoffice."""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from loyalty.domain.audit import as_written, note_edit
from loyalty.domain.ledger import refuse_when_gone
from loyalty.domain.levels import refresh_level
from loyalty.domain.members import join
from loyalty.models import Member
from loyalty.queries.members import searchable
from marketplace.common.errors import DomainError

FIELDS = ("name", "phone", "email", "birthday", "address", "note", "hand_level", "hand_level_until")


def add_member(*, by: User | None = None, **fields: Any) -> Member:
    """`fields` are those of FIELDS; kept as what `by` wrote. Refused when the phone is another member's
    (`phone_taken`)."""
    phone = fields.get("phone")
    try:
        with transaction.atomic():
            _refuse_phone_of(Member.objects.filter(phone=phone).first() if phone else None)
            member = join(**fields)
            note_edit(member, as_written(Member()), by=by)
            refresh_level(member)
    except IntegrityError:  # taken in another request meanwhile
        _refuse_phone_of(Member.objects.filter(phone=phone).first())
        raise
    return member


def edit_member(
    member: Member, *, by: User | None = None, seen: Mapping[str, Any] | None = None, **fields: Any
) -> Member:
    """At once in force, the level too, and kept as a change that `by` made. Refused as for `add_member`, or
    when the member is gone; and when a field has another value than `by` has `seen` there
    (`changed_meanwhile`, with `now`: what stands in these fields).

    A phone that stayed with one who was merged into this member comes over.
    """
    phone = fields.get("phone")
    try:
        with transaction.atomic():
            member, holder = _locked(member, phone)
            refuse_when_gone(member)
            _refuse_changed(member, fields, seen or {})
            if holder is not None and holder.merged_into_id == member.pk:
                holder.phone = None
                holder.save(update_fields=["phone"])
            else:
                _refuse_phone_of(holder)
            before = as_written(member)
            for name, value in fields.items():
                setattr(member, name, value)
            member.search_text = searchable(member)
            member.save(update_fields=[*fields, "search_text"])
            note_edit(member, before, by=by)
            refresh_level(member)
    except IntegrityError:
        _refuse_phone_of(Member.objects.filter(phone=phone).exclude(pk=member.pk).first())
        raise
    return member


def _locked(member: Member, phone: Any) -> tuple[Member, Member | None]:
    """The member, and who else has the phone; locked in the order of their keys."""
    wanted = Q(pk=member.pk) | (Q(phone=phone) if phone else Q())
    rows = list(Member.objects.select_for_update().filter(wanted).order_by("pk"))
    return next(row for row in rows if row.pk == member.pk), next(
        (row for row in rows if row.pk != member.pk), None
    )


def _refuse_changed(member: Member, fields: Mapping[str, Any], seen: Mapping[str, Any]) -> None:
    """Nothing that another person wrote meanwhile is lost without a word. The member is locked."""
    now = {name: getattr(member, name) for name in fields if name in seen}
    others = {
        name: value
        for name, value in now.items()
        if _words(value) not in (_words(seen[name]), _words(fields[name]))
    }
    if others:
        raise DomainError(
            _("Somebody else changed this member meanwhile. Look at it again."),
            code="changed_meanwhile",
            now=others,
        )


def _words(value: Any) -> list[str]:
    """What is compared: a form brings spaces and ends of lines back in its own way."""
    return [] if value is None else str(value).split()


def _refuse_phone_of(holder: Member | None) -> None:
    if holder is None:
        return
    kept = holder.merged_into or holder
    raise DomainError(
        _(
            "This phone belongs to %(name)s (Member ID %(number)s). Open that member, or merge the two if "
            "they are one person."
        )
        % {"name": kept.name or "–", "number": kept.number},
        code="phone_taken",
        member=kept.pk,
    )
