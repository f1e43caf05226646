"""Making accounts and shops, and suspending them."""

import secrets

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from accounts.enums import MemberRole, Role
from accounts.models import Provider, ProviderMember, User
from marketplace.common.background import enqueue_on_commit
from marketplace.common.errors import DomainError
from marketplace.common.page_cache import forget_pages_on_commit
from marketplace.common.realtime import broadcast_on_commit


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


def suspend(user: User, *, reason: str, by: User) -> None:
    """Ends the account's log-ins and takes its own shop's services off the site, until `restore`."""
    if not reason.strip():
        raise DomainError(_("Say why: the person will see it."), code="reason_missing")
    if user.pk == by.pk:
        raise DomainError(_("You cannot suspend your own account."), code="self")
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(is_active=False, suspended_reason=reason.strip())
        _owned_shops(user).update(is_suspended=True)
        for session in UserSession.objects.filter(user=user):
            session.end()
        _check_open_pages(user)
        forget_pages_on_commit()


def restore(user: User) -> None:
    """Undoes `suspend`."""
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(is_active=True, suspended_reason="")
        _owned_shops(user).update(is_suspended=False)
        forget_pages_on_commit()


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
