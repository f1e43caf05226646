"""Making accounts and shops, suspending them, and handing out log-ins."""

from accounts.domain.issuing import (
    check_password,
    check_username,
    folded_username,
    set_email,
    suggested_password,
    username_taken,
)
from accounts.domain.people import (
    INVITATION_REFUSALS,
    accept_invitation,
    add_agent,
    close_account,
    finish_signup,
    give_password,
    invite_agent,
    open_shop,
    remove_agent,
    reopen_account,
    restore,
    save_shop,
    suspend,
    withdraw_invitation,
)

__all__ = [
    "INVITATION_REFUSALS",
    "accept_invitation",
    "add_agent",
    "check_password",
    "check_username",
    "close_account",
    "finish_signup",
    "folded_username",
    "give_password",
    "invite_agent",
    "open_shop",
    "remove_agent",
    "reopen_account",
    "restore",
    "save_shop",
    "set_email",
    "suggested_password",
    "suspend",
    "username_taken",
    "withdraw_invitation",
]
