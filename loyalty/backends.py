"""What the role Operator may do on Django admin's own pages, whoever made the account and whenever.

Asked of the role itself, so it begins and ends with it: no row of permissions is to be kept in step.
"""

from typing import Any

from django.contrib.auth.backends import BaseBackend

from loyalty.permissions import site_permissions_of


class RoleBackend(BaseBackend):
    """Logs nobody in; only answers `has_perm` for who is logged in."""

    def get_user_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        if obj is not None:
            return set()
        return site_permissions_of(user_obj)

    def get_user(self, user_id: Any) -> None:
        return None

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        return any(name.startswith(f"{app_label}.") for name in self.get_user_permissions(user_obj))
