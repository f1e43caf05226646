"""Making accounts and shops, and suspending them."""

import secrets
from datetime import timedelta

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from accounts.enums import MemberRole, Role
from accounts.models import Invitation, Provider, ProviderMember, User
from accounts.queries import invitation_refusal, works_at
from marketplace.common.background import enqueue_on_commit
from marketplace.common.errors import DomainError
from marketplace.common.page_cache import forget_pages_on_commit
from marketplace.common.realtime import broadcast_on_commit
from marketplace.notify.domain import notify_stranger

MOST_INVITATIONS = 50  # open at once: the form must not become a way of mailing the world
SEND_AGAIN_AFTER = timedelta(minutes=1)  # a double click is one mail
INVITATION_REFUSALS = {
    "accepted": _("This invitation has been used. Ask the shop for a new one."),
    "withdrawn": _("The shop has withdrawn this invitation."),
    "expired": _("This invitation has run out. Ask the shop to send it again."),
}


def open_shop(user: User, *, name: str) -> Provider:
    """Gives `user` a shop of that name; the one they already own, if any."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)  # a double click makes one shop
        owned = (
            ProviderMember.objects.filter(user=user, role=MemberRole.OWNER).select_related("provider").first()
        )
        if owned:
            return owned.provider
        provider = Provider.objects.create(
            name=name,
            slug=_free_slug(name),
            time_zone=user.time_zone or settings.TIME_ZONE,
            currency=settings.STORE_CURRENCY,
        )
        ProviderMember.objects.create(provider=provider, user=user, role=MemberRole.OWNER)
    return provider


def save_shop(provider: Provider) -> None:
    """Stores changed shop data; the public pages that show them are drawn anew, and the search learns a
    new name in the background."""
    with transaction.atomic():
        stored = Provider.objects.select_for_update().get(pk=provider.pk)
        if stored.name != provider.name:
            provider.renamed_at = timezone.now()
            enqueue_on_commit("services.index_renamed_shops")
        provider.save()
        forget_pages_on_commit()


def finish_signup(user: User, *, role: str, display_name: str, language: str, time_zone: str) -> None:
    """Stores what the sign-up form said beyond the log-in, and opens the provider's shop."""
    user.display_name = display_name
    user.language = language
    user.time_zone = time_zone
    user.save(update_fields=["display_name", "language", "time_zone"])
    if role == Role.PROVIDER:
        open_shop(user, name=display_name)


def add_agent(provider: Provider, user: User) -> ProviderMember:
    """Makes `user` an agent of the shop; whoever already works there keeps the place."""
    with transaction.atomic():
        member, created = ProviderMember.objects.get_or_create(
            provider=provider, user=user, defaults={"role": MemberRole.AGENT}
        )
        if created:
            _check_open_pages(user)
    return member


def remove_agent(member: ProviderMember) -> None:
    """Ends an agent's place in a shop, in pages that are open too. The owner stays."""
    if member.role == MemberRole.OWNER:
        raise DomainError(_("The owner cannot be removed."), code="owner")
    with transaction.atomic():
        ProviderMember.objects.filter(pk=member.pk).delete()
        _check_open_pages(member.user)


def invite_agent(provider: Provider, *, email: str, by: User) -> Invitation:
    """Mails the address a link to join the shop; the same address again is sent the same invitation,
    whose time starts anew.

    Refusals have the codes not_allowed, member (who works here needs none), too_many.
    """
    _check_owner(provider, by)
    if _team_has(provider, email):
        raise DomainError(_("This person already works in your shop."), code="member")
    with transaction.atomic():
        Provider.objects.select_for_update(no_key=True).get(pk=provider.pk)  # a double click invites once
        open_ones = Invitation.objects.open().filter(provider=provider)
        invitation = open_ones.filter(email__iexact=email).first()
        if invitation is None:
            if open_ones.count() >= MOST_INVITATIONS:
                raise DomainError(
                    _("Too many invitations are open. Withdraw some, then invite again."), code="too_many"
                )
            invitation = Invitation.objects.create(
                provider=provider, email=email, token=secrets.token_urlsafe(24), invited_by=by
            )
        elif timezone.now() - invitation.sent_at < SEND_AGAIN_AFTER:
            return invitation
        else:
            invitation.sent_at = timezone.now()
            invitation.save(update_fields=["sent_at"])
        _send(invitation, by)
    return invitation


def withdraw_invitation(invitation: Invitation, *, by: User) -> None:
    """Its link leads nowhere from now on. One that was accepted meanwhile is refused (code accepted)."""
    _check_owner(invitation.provider, by)
    with transaction.atomic():
        stored = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
        if stored.accepted_at is not None:
            raise DomainError(_("This invitation has been accepted already."), code="accepted")
        if stored.withdrawn_at is None:
            Invitation.objects.filter(pk=stored.pk).update(withdrawn_at=timezone.now())


def accept_invitation(invitation: Invitation, *, by: User) -> ProviderMember:
    """Makes `by` an agent of the shop. Of several people with the link the first one wins; the same person
    again keeps the place.

    Refusals have the codes accepted, withdrawn, expired, member (who works here already uses up nothing).
    """
    with transaction.atomic():
        stored = (
            Invitation.objects.select_for_update(of=("self",))
            .select_related("provider")
            .get(pk=invitation.pk)
        )
        place = ProviderMember.objects.filter(provider=stored.provider, user=by).first()
        if place is not None:
            if stored.accepted_by_id == by.pk:
                return place  # a double click
            raise DomainError(_("You already work in this shop."), code="member")
        refusal = invitation_refusal(stored)
        if refusal:
            raise DomainError(INVITATION_REFUSALS[refusal], code=refusal)
        stored.accepted_at, stored.accepted_by = timezone.now(), by
        stored.save(update_fields=["accepted_at", "accepted_by"])
        return add_agent(stored.provider, by)


def suspend(user: User, *, reason: str, by: User) -> None:
    """Ends the account's log-ins and takes its own shop's services off the site, until `restore`."""
    if not reason.strip():
        raise DomainError(_("Say why: the person will see it."), code="reason_missing")
    if user.pk == by.pk:
        raise DomainError(_("You cannot suspend your own account."), code="self")
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(is_active=False, suspended_reason=reason.strip())
        _owned_shops(user).update(is_suspended=True)
        _end_log_ins(user)
        forget_pages_on_commit()


def restore(user: User) -> None:
    """Undoes `suspend`."""
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(is_active=True, suspended_reason="")
        _owned_shops(user).update(is_suspended=False)
        forget_pages_on_commit()


def close_account(user: User) -> None:
    """No log-in any more, in open pages too, until `reopen_account`: for an account that a shop made. It says
    nothing about the person, so it has no reason."""
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(is_active=False)
        _end_log_ins(user)


def reopen_account(user: User) -> None:
    """Undoes `close_account`; what the operator has suspended stays so (code suspended)."""
    with transaction.atomic():
        stored = User.objects.select_for_update().get(pk=user.pk)
        if stored.suspended_reason:
            raise DomainError(
                _("The operator has suspended this account. Only the operator can open it again."),
                code="suspended",
            )
        User.objects.filter(pk=user.pk).update(is_active=True)


def give_password(user: User, password: str, *, must_change: bool) -> None:
    """A password from somebody else; who is logged in with the old one is logged out, in open pages too."""
    with transaction.atomic():
        user.set_password(password)
        user.must_change_password = must_change
        user.save(update_fields=["password", "must_change_password"])
        _end_log_ins(user)


def _end_log_ins(user: User) -> None:
    for session in UserSession.objects.filter(user=user):
        session.end()
    _check_open_pages(user)


def _check_owner(provider: Provider, by: User) -> None:
    if not ProviderMember.objects.filter(provider=provider, user=by, role=MemberRole.OWNER).exists():
        raise DomainError(_("Only the shop's owner can do this."), code="not_allowed")


def _team_has(provider: Provider, email: str) -> bool:
    addresses = EmailAddress.objects.filter(email__iexact=email, verified=True).select_related("user")
    return any(works_at(address.user, provider.pk) for address in addresses)


def _send(invitation: Invitation, by: User) -> None:
    reader = EmailAddress.objects.filter(email__iexact=invitation.email, verified=True).first()
    notify_stranger(
        invitation.email,
        "team_invitation",
        f"invitation:{invitation.pk}:{invitation.sent_at.isoformat()}",
        language=(reader.user.language if reader else "") or by.language,
        time_zone=by.time_zone,
        shop=invitation.provider.name,
        by=by.name,
        expires_at=invitation.expires_at,
        path=reverse("accounts:join", args=[invitation.token]),
    )


def _check_open_pages(user: User) -> None:
    """The person's sockets ask anew what they may hear, and close when it is nothing."""
    broadcast_on_commit(f"user.{user.pk}", {"type": "access"})


def _owned_shops(user: User):  # type: ignore[no-untyped-def]
    return Provider.objects.filter(members__user=user, members__role=MemberRole.OWNER)


def _free_slug(name: str) -> str:
    base = slugify(name, allow_unicode=True)[:120] or "shop"
    slug = base
    while Provider.objects.filter(slug=slug).exists():
        slug = f"{base}-{secrets.token_hex(2)}"
    return slug
