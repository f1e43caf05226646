"""Couriers as a shop defines them: an account of their own, made, changed, closed and opened again.

A username that is taken is refused, whoever has it: a shop never gets at an account that it did not make.
"""

from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts import domain as accounts
from accounts.enums import MemberRole
from accounts.models import Provider, ProviderMember, User
from delivery.models import Courier
from marketplace.common.errors import DomainError
from marketplace.common.images import Photo


@dataclass(frozen=True, slots=True)
class Profile:
    """What a shop writes about a courier; `phone` in E.164, `new_photo` None keeps the stored one."""

    name: str
    username: str
    phone: str = ""
    vehicle: str = ""
    note: str = ""
    new_photo: Photo | None = None


def define_courier(
    provider: Provider | None,
    *,
    by: User,
    profile: Profile,
    password: str,
    must_change: bool = False,
    is_active: bool = True,
    form_token: UUID,
) -> Courier:
    """A courier with a log-in; of the operator, for all shops, where `provider` is None. The same
    `form_token` again gives the first. Refusals: not_allowed, name, username, username_taken, password."""
    check_manager(provider, by)
    try:
        with transaction.atomic():
            known = Courier.objects.filter(form_token=form_token, provider=provider).first()
            if known is not None:
                return known
            user = User(is_active=is_active, must_change_password=must_change)
            _write(user, profile)
            user.language, user.time_zone = by.language, provider.time_zone if provider else by.time_zone
            accounts.check_password(user, password)
            user.set_password(password)
            user.save()
            courier = Courier(user=user, provider=provider, form_token=form_token)
            return _stored(courier, profile)
    except (IntegrityError, DomainError) as error:
        # Two at once: of the same form the other one has won, of two forms with one username one of them.
        known = Courier.objects.filter(form_token=form_token, provider=provider).first()
        if known is not None:
            return known
        raise error if isinstance(error, DomainError) else accounts.username_taken() from error


def change_courier(courier: Courier, *, by: User, profile: Profile) -> Courier:
    """Refusals as for `define_courier`; the password is `reset_password`'s, the log-in `deactivate`'s."""
    _check_log_in(courier, by)
    try:
        with transaction.atomic():
            courier = (
                Courier.objects.select_for_update(of=("self",)).select_related("user").get(pk=courier.pk)
            )
            _write(courier.user, profile)
            courier.user.save(update_fields=["display_name", "username", "phone"])
            return _stored(courier, profile)
    except IntegrityError:
        raise accounts.username_taken() from None


def deactivate(courier: Courier, *, by: User) -> None:
    """No log-in any more, in open pages too. The open tasks stay the courier's until somebody hands them
    over."""
    _check_log_in(courier, by)
    accounts.close_account(courier.user)


def activate(courier: Courier, *, by: User) -> None:
    """Refused (suspended) for whom the operator has suspended."""
    _check_log_in(courier, by)
    accounts.reopen_account(courier.user)


def reset_password(courier: Courier, *, by: User, must_change: bool = False) -> str:
    """A new password, which is stored nowhere readable: the caller shows it once. Log-ins end."""
    _check_log_in(courier, by)
    password = accounts.suggested_password()
    accounts.give_password(courier.user, password, must_change=must_change)
    return password


def check_manager(provider: Provider | None, by: User) -> None:
    """The shop's owner, or the operator, who manages everybody's."""
    if by.is_active and by.is_staff and by.has_perm("delivery.change_courier"):
        return
    owned = ProviderMember.objects.filter(provider=provider, user=by, role=MemberRole.OWNER)
    if provider is None or not owned.exists():
        raise DomainError(_("Only the shop's owner can do this."), code="not_allowed")


def _check_log_in(courier: Courier, by: User) -> None:
    """Whom the operator gave rights of its own is the operator's: no shop gets at that log-in."""
    check_manager(courier.provider, by)
    if (courier.user.is_staff or courier.user.is_superuser) and not by.is_superuser:
        raise DomainError(_("This account is the operator's: ask there."), code="not_allowed")


def _write(user: User, profile: Profile) -> None:
    name = profile.name.strip()
    if not name:
        raise DomainError(_("Write the courier's name."), code="name")
    username = accounts.folded_username(profile.username)
    if user.pk is None or username != user.username:  # an account of the operator's may be called otherwise
        accounts.check_username(username, but=user)
    user.display_name, user.username, user.phone = name, username, profile.phone


def _stored(courier: Courier, profile: Profile) -> Courier:
    courier.vehicle, courier.note = profile.vehicle, profile.note
    if profile.new_photo is not None:
        courier.photo = profile.new_photo.as_file()
    courier.save()
    return courier
