"""Who of the operator's people may do what in the backoffice."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from accounts.models import User
from loyalty.enums import Right, Role
from loyalty.models import BackofficeAccount, Branch, RoleRights

# Until an Admin changes them under Manage Permissions.
FIRST_RIGHTS: dict[Role, list[Right]] = {
    Role.OPERATOR: [right for right in Right if right != Right.PERMISSIONS],
    Role.STAFF: [Right.COUNTER],
}

# What Operator does on the site's own pages: unlist a service, suspend an account, send a message again. Only
# looking and these actions: `change_…` would open the forms, and with a person's form, the person's account.
SITE_PERMISSIONS = {
    f"{app}.{what}_{model}"
    for app, model in (("services", "service"), ("accounts", "user"), ("notify", "notification"))
    for what in ("view", "operate")
}


def role_of(user: User | AnonymousUser) -> Role | None:
    """A superuser is an Admin without a row; others are what their backoffice account says."""
    if not isinstance(user, User) or not user.is_active or not user.is_staff:
        return None
    if user.is_superuser:
        return Role.ADMIN
    account = BackofficeAccount.objects.filter(user=user).first()
    return Role(account.role) if account else None


def rights_of(user: User | AnonymousUser) -> set[Right]:
    return rights_of_role(role_of(user))


def rights_of_role(role: Role | None) -> set[Right]:
    if role is None:
        return set()
    if role == Role.ADMIN:
        return set(Right)
    row = RoleRights.objects.filter(role=role).first()
    if row is None:
        return set(FIRST_RIGHTS[role])
    return {Right(right) for right in row.rights}


def site_permissions_of(user: User | AnonymousUser) -> set[str]:
    """Permissions of Django admin that come with the role; a superuser needs none."""
    return set(SITE_PERMISSIONS) if _own_role(user) == Role.OPERATOR else set()


def runs_the_site(user: User | AnonymousUser) -> bool:
    """Has more of Django admin than the role gives: what the machine is doing is this person's task too."""
    return user.is_superuser or bool(user.get_all_permissions() - site_permissions_of(user))


def role_in(request: HttpRequest) -> Role | None:
    """Of who asks, looked up once in a request."""
    return _own_role(request.user)


def _own_role(user: User | AnonymousUser) -> Role | None:
    """Kept with the person, as Django keeps permissions: it is asked for many times in a page of lists."""
    person: Any = user
    if not hasattr(person, "_backoffice_role"):
        person._backoffice_role = role_of(user)
    found: Role | None = person._backoffice_role
    return found


def rights_in(request: HttpRequest) -> set[Right]:
    """Of who asks, looked up once in a request."""
    if not hasattr(request, "backoffice_rights"):
        request.backoffice_rights = rights_of_role(role_in(request))  # type: ignore[attr-defined]
    found: set[Right] = request.backoffice_rights  # type: ignore[attr-defined]
    return found


def branch_of(user: User) -> Branch | None:
    """The only branch at which this person works; None: any."""
    account = BackofficeAccount.objects.filter(user=user).select_related("branch").first()
    return account.branch if account else None
