"""Ways in beside allauth's own: by an address that somebody else has confirmed, and in own digits."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from accounts.models import User
from marketplace.common.text import fold_digits

_CLAIMS_TRIED = 3  # each costs a hash; an address is seldom claimed twice


class ClaimedEmailBackend(ModelBackend):
    """Signing up does not tell that an address is taken, so it makes an account of its own. allauth then
    finds the confirmed one alone by that address, and would refuse the other one's password: the shop made
    there would be lost, and the refusal would tell what the sign-up did not."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        email: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        address = (email or username or "").lower()
        if not password or "@" not in address:
            return None
        claims = User.objects.filter(emailaddress__email=address, emailaddress__verified=False).order_by(
            "-pk"
        )
        found = list(claims[:_CLAIMS_TRIED])
        for user in found:
            if user.check_password(password) and self.user_can_authenticate(user):
                return user
        if not found:
            User().set_password(password)  # as long as with one: the time must not tell either
        return None


class OwnDigitsBackend(AuthenticationBackend):  # type: ignore[misc]  # allauth has no types
    """A password that was given with 0-9 may be typed with ๐-๙ or ۰-۹: a phone's keyboard has those first."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> User | None:
        password = credentials.get("password") or ""
        folded = fold_digits(password)
        if folded == password:
            return None
        found: User | None = super().authenticate(request, **{**credentials, "password": folded})
        return found
