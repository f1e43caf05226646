"""The operator's people: accounts made, changed, closed and opened again, and what their roles may do.

Only an Admin manages them, so nobody can give more rights than the own ones. An Admin is a superuser: the
lists under "Records" are Django admin's, and it asks for that.
"""

from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts import domain as accounts
from accounts.models import User
from loyalty.enums import Right, Role
from loyalty.models import BackofficeAccount, Branch, RoleRights
from loyalty.permissions import role_of
from marketplace.common.errors import DomainError

# No role but Admin may have it: who makes accounts could make an Admin.
FOR_ADMIN_ALONE = {Right.PERMISSIONS}
ROLES_WITH_RIGHTS = (Role.OPERATOR, Role.STAFF)


@dataclass(frozen=True, slots=True)
class Person:
    """What an Admin writes about somebody; `branch` counts for Staff alone, None: any branch."""

    name: str
    username: str
    email: str = ""
    role: Role = Role.STAFF
    branch: Branch | None = None


def people() -> QuerySet[User]:
    """Everybody with a role, whoever made the account; with `backoffice` where there is a row."""
    return User.objects.filter(
        Q(backoffice__isnull=False) | Q(is_superuser=True), is_staff=True
    ).select_related("backoffice__branch")


def define_account(person: Person, *, by: User) -> tuple[User, str]:
    """The new account and its password: the caller shows it once, and the first log-in asks for an own one.
    Refusals: not_allowed, name, username, username_taken."""
    password = accounts.suggested_password()
    try:
        with transaction.atomic():
            _check_admin(by)
            user = User(is_staff=True, must_change_password=True)
            user.language, user.time_zone = by.language, by.time_zone
            _write(user, person)
            user.set_password(password)
            user.save()
            accounts.set_email(user, person.email)
            _give_role(user, person)
    except IntegrityError:
        raise accounts.username_taken() from None
    return user, password


def change_account(user: User, person: Person, *, by: User) -> None:
    """Refusals as for `define_account`; own_role (nobody changes the own), last_admin."""
    try:
        with transaction.atomic():
            admins = _lock_admins()
            _check_admin(by)
            user = User.objects.select_for_update().get(pk=user.pk)
            was_admin = role_of(user) == Role.ADMIN
            if user.pk == by.pk and person.role != role_of(user):
                raise DomainError(_("You cannot change your own role. Ask another Admin."), code="own_role")
            if was_admin and person.role != Role.ADMIN:
                _check_others(admins, user)
            _write(user, person)
            user.save(update_fields=["display_name", "username"])
            accounts.set_email(user, person.email)
            _give_role(user, person)
    except IntegrityError:
        raise accounts.username_taken() from None


def deactivate(user: User, *, by: User) -> None:
    """No log-in any more, in open pages too. Refusals: not_allowed, self, last_admin."""
    with transaction.atomic():
        admins = _lock_admins()
        _check_admin(by)
        if user.pk == by.pk:
            raise DomainError(_("You cannot deactivate your own account. Ask another Admin."), code="self")
        _check_others(admins, user)
        accounts.close_account(user)


def activate(user: User, *, by: User) -> None:
    """Refusals: not_allowed, suspended."""
    _check_admin(by)
    accounts.reopen_account(user)


def reset_password(user: User, *, by: User) -> str:
    """A new password, to be changed at the next log-in; log-ins end. One's own is changed in My Profile,
    where the old one is asked for (refusal self)."""
    _check_admin(by)
    if user.pk == by.pk:
        raise DomainError(_("Change your own password under My Profile."), code="self")
    password = accounts.suggested_password()
    accounts.give_password(user, password, must_change=True)
    return password


def save_profile(user: User) -> None:
    """What somebody changed about the own name, email, phone and language."""
    email = user.email
    with transaction.atomic():
        user.save(update_fields=["display_name", "phone", "language"])
        accounts.set_email(user, email)


def save_rights(chosen: dict[Role, set[Right]], *, by: User) -> None:
    """What Operator and Staff may do from now on, in pages that are open too; an Admin may do everything."""
    with transaction.atomic():
        _check_admin(by)
        for role in ROLES_WITH_RIGHTS:
            rights = [right for right in Right if right in chosen[role] - FOR_ADMIN_ALONE]
            RoleRights.objects.update_or_create(role=role, defaults={"rights": rights})


def _lock_admins() -> list[User]:
    """Who could let others in again: locked in one order, so that two Admins cannot remove each other."""
    found = User.objects.filter(Q(is_superuser=True) | Q(backoffice__role=Role.ADMIN), is_staff=True)
    keys = list(found.filter(is_active=True).values_list("pk", flat=True))
    return list(User.objects.select_for_update().filter(pk__in=keys, is_active=True).order_by("pk"))


def _check_others(admins: list[User], user: User) -> None:
    if user.pk in {admin.pk for admin in admins} and len(admins) == 1:
        raise DomainError(_("This is the last Admin. Make another one first."), code="last_admin")


def _check_admin(by: User) -> None:
    by.refresh_from_db(fields=["is_active", "is_staff", "is_superuser"])
    if role_of(by) != Role.ADMIN:
        raise DomainError(_("Only an Admin can do this."), code="not_allowed")


def _write(user: User, person: Person) -> None:
    name, username = person.name.strip(), accounts.folded_username(person.username)
    if not name:
        raise DomainError(_("Write the name."), code="name")
    if user.pk is None or username != user.username:  # an account of before may be called otherwise
        accounts.check_username(username, but=user)
    user.display_name, user.username = name, username


def _give_role(user: User, person: Person) -> None:
    user.is_superuser = person.role == Role.ADMIN
    user.save(update_fields=["is_superuser"])
    branch = person.branch if person.role == Role.STAFF else None
    BackofficeAccount.objects.update_or_create(user=user, defaults={"role": person.role, "branch": branch})
