"""Where allauth meets this site: its mails go through the outbox, its refusals use our words."""

from typing import Any
from uuid import uuid4

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core import context as allauth_context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from marketplace.notify.domain import notify_address
from marketplace.notify.push import unsubscribe

_WRONG_LOGIN = _("The log-in name or the password is not right. Check both, or get a new password.")


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        # One sentence for all: it does not tell which of the two was wrong.
        "email_password_mismatch": _WRONG_LOGIN,
        "username_password_mismatch": _WRONG_LOGIN,
        "incorrect_password": _("This is not your password. Try again."),
        "enter_current_password": _("This is not your current password. Try again."),
        "too_many_login_attempts": _("Too many attempts. Wait five minutes, then try again."),
        "duplicate_email": _("This email is already yours."),
        "max_email_addresses": _("You cannot have more than %d emails."),
        "cannot_remove_primary_email": _("You cannot remove your main email."),
        "unverified_primary_email": _("Confirm this email first."),
        "rate_limited": _("Too many attempts. Wait a few minutes, then try again."),
    }

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Renders allauth's text in the reader's language and leaves the sending to the outbox."""
        language = _language_of_reader(email, context.get("user"))
        context = {"request": allauth_context.request, "email": email, **context}
        context |= {"store_name": settings.STORE_NAME, "base_url": settings.BASE_URL}
        with translation.override(language):
            message = self.render_mail(template_prefix, email, context)
        kind = template_prefix.replace("/email/", ".")
        notify_address(
            email,
            kind,
            f"{kind}:{uuid4()}",  # each request for a mail is a cause of its own; allauth limits them
            subject=str(message.subject),
            body=str(message.body),
            language=language,
        )

    def send_confirmation_mail(self, request: HttpRequest, emailconfirmation: Any, signup: bool) -> None:
        """Who signs up with a taken address sees what anyone sees; the address's owner is told."""
        address = emailconfirmation.email_address
        if address.can_set_verified():
            super().send_confirmation_mail(request, emailconfirmation, signup)
        else:
            self.send_account_already_exists_mail(address.email)

    def clean_password(self, password: str, user: User | None = None) -> str:
        """A password that somebody else knows does not become one's own by being typed again."""
        if user is not None and user.must_change_password and user.check_password(password):
            raise ValidationError(
                _("Choose another password than the one that you were given."), code="password_given"
            )
        cleaned: str = super().clean_password(password, user)
        return cleaned

    def set_password(self, user: User, password: str) -> None:
        """Chosen by the person, here or after "Forgot password": nothing is left to ask for."""
        user.must_change_password = False
        super().set_password(user, password)

    def logout(self, request: HttpRequest) -> None:
        """What this browser was told to show is nobody's business once its reader has left."""
        endpoint = request.session.get("push_endpoint")
        if endpoint and isinstance(request.user, User):
            unsubscribe(request.user, endpoint)
        super().logout(request)

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        """Only after the right password, so a stranger does not learn of it."""
        return render(request, "account/account_inactive.html", {"reason": user.suspended_reason}, status=403)


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("This code is not right. Codes change every 30 seconds: type the newest one."),
        "unverified_email": _("Confirm your email first; then set up the second step."),
        "add_email_blocked": _("Turn off the second step first; then add an email."),
        "cannot_generate_recovery_codes": _("Set up codes from an app or a passkey first."),
        "cannot_delete_authenticator": _("The second step cannot be turned off."),
    }


def _language_of_reader(email: str, user: User | None) -> str:
    if user is None:
        address = EmailAddress.objects.filter(email=email, verified=True).select_related("user").first()
        user = address.user if address else None
    return (user.language if user else "") or translation.get_language() or settings.LANGUAGE_CODE
