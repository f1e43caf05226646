"""Sentences that allauth's Python code shows and that its own catalogues do not have in all our languages.

Nothing calls this: it names them for our catalogues, which Django asks before allauth's. The texts of
allauth's templates are not here, since we have templates of our own for all of its pages and mails.
"""

from django.utils.translation import gettext_noop

WORDS = [
    # allauth.account.forms, fields
    gettext_noop("Email"),
    gettext_noop("Email address"),
    gettext_noop("Password"),
    gettext_noop("Current Password"),
    gettext_noop("New Password"),
    gettext_noop("New Password (again)"),
    gettext_noop("Password (again)"),
    gettext_noop("You must type the same password each time."),
    # allauth.account.adapter: error_messages, get_reauthentication_methods
    gettext_noop("This account is currently inactive."),
    gettext_noop("Invalid or expired key."),
    gettext_noop("The password reset token was invalid."),
    gettext_noop("Username can not be used. Please use other username."),
    gettext_noop("The new value must be different from the current one."),
    gettext_noop("Use your password"),
    gettext_noop("Use authenticator app or code"),
    gettext_noop("Use a security key"),
    # allauth.mfa
    gettext_noop("Code"),
    gettext_noop("Authenticator code"),
    gettext_noop("Passwordless"),
    gettext_noop(
        "Enabling passwordless operation allows you to sign in using just this key, but imposes additional"
        " requirements such as biometrics or PIN protection."
    ),
]
