"""The way in for whoever signed up with an address that somebody else has confirmed."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from accounts.models import User

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
