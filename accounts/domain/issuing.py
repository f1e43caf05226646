"""Log-ins that one person hands out to another: the username, and the password that is passed on once."""

import re
import secrets

from allauth.account.models import EmailAddress
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from marketplace.common.errors import DomainError
from marketplace.common.text import fold_digits

USERNAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{1,28})[a-z0-9]")
# Without what is read or heard wrong: 0 and o, 1 and l and i.
_LETTERS, _DIGITS = "abcdefghjkmnpqrstuvwxyz", "23456789"


def suggested_password() -> str:
    """About 50 bits, easy to read out by phone: "kmta-2748-wxhe"."""
    words = ["".join(secrets.choice(signs) for _place in range(4)) for signs in (_LETTERS, _DIGITS, _LETTERS)]
    return "-".join(words)


def folded_username(text: str) -> str:
    """As it is stored and logged in with: small letters, plain digits."""
    return fold_digits(text).strip().lower()


def check_username(username: str, *, but: User | None = None) -> None:
    """Refusals: username, username_taken (whoever has it)."""
    if not USERNAME.fullmatch(username):
        raise DomainError(
            _("Write 3 to 30 letters from a to z or digits; a dot, hyphen or underscore may stand between."),
            code="username",
        )
    others = User.objects.filter(username__iexact=username)
    if (others.exclude(pk=but.pk) if but and but.pk else others).exists():
        raise username_taken()


def check_password(user: User, password: str) -> None:
    """Refusal: password."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise DomainError(" ".join(error.messages), code="password") from error


def set_email(user: User, email: str) -> None:
    """The account's only address, as it was typed and not confirmed by its owner; "" takes it away. The same
    address again keeps its confirmation."""
    with transaction.atomic():
        EmailAddress.objects.filter(user=user).exclude(email__iexact=email).delete()
        if email and not EmailAddress.objects.filter(user=user).exists():
            EmailAddress.objects.create(user=user, email=email.lower(), primary=True)
        user.email = email
        user.save(update_fields=["email"])


def username_taken() -> DomainError:
    return DomainError(_("This username is taken. Choose another one."), code="username_taken")
