"""The second step's forms, which take a code in any of our digits."""

from allauth.mfa.base import forms as base
from allauth.mfa.totp import forms as totp

from marketplace.common.text import fold_digits


class FoldedCodeMixin:
    cleaned_data: dict[str, str]

    def clean_code(self) -> str:
        self.cleaned_data["code"] = fold_digits(self.cleaned_data["code"]).replace(" ", "")
        return super().clean_code()  # type: ignore[misc,no-any-return]


class AuthenticateForm(FoldedCodeMixin, base.AuthenticateForm):  # type: ignore[misc]  # no types
    pass


class ReauthenticateForm(FoldedCodeMixin, base.ReauthenticateForm):  # type: ignore[misc]
    pass


class ActivateTOTPForm(FoldedCodeMixin, totp.ActivateTOTPForm):  # type: ignore[misc]
    pass
