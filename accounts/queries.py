"""Reads about people and shops that several apps need."""

from collections.abc import Sequence

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.enums import MemberRole
from accounts.models import Invitation, Provider, ProviderMember, User

CHOSEN_SHOP = "shop"  # in the session: the id of the shop that somebody who works in several is at


def reader(request: HttpRequest) -> User:
    """Who reads a page that is only for who is signed in."""
    assert isinstance(request.user, User)  # LoginRequiredMiddleware lets nobody else in
    return request.user


def memberships_of(user: User | AnonymousUser) -> QuerySet[ProviderMember]:
    """The shops in which `user` works, the own one first; empty when signed out."""
    if not isinstance(user, User):
        return ProviderMember.objects.none()
    return (
        ProviderMember.objects.filter(user=user)
        .select_related("provider")
        .order_by("-role", "pk")  # "owner" sorts after "agent"
    )


def chosen_membership(request: HttpRequest, memberships: Sequence[ProviderMember]) -> ProviderMember | None:
    """Of these, the one in the shop that the reader chose to work in; else the first."""
    chosen = request.session.get(CHOSEN_SHOP) if len(memberships) > 1 else None
    first = memberships[0] if memberships else None
    return next((one for one in memberships if one.provider_id == chosen), first)


def current_membership(request: HttpRequest) -> ProviderMember | None:
    """The reader's place in the shop that the pages of a shop are about: the chosen one, else the own one,
    else the first joined. None for who works nowhere; whoever left the chosen shop is back at the first."""
    return chosen_membership(request, list(memberships_of(request.user)))


def people_of(provider: Provider) -> QuerySet[User]:
    """Everyone who works in the shop and may log in."""
    return User.objects.filter(memberships__provider=provider, is_active=True).order_by("pk")


def owner_of(provider: Provider) -> User:
    return User.objects.filter(memberships__provider=provider, memberships__role=MemberRole.OWNER).earliest(
        "memberships__pk"
    )


def works_at(user: User | AnonymousUser, provider_id: int) -> bool:
    return (
        isinstance(user, User) and ProviderMember.objects.filter(user=user, provider_id=provider_id).exists()
    )


def own_shop_of(user: User) -> Provider | None:
    """The shop that `user` owns."""
    membership = memberships_of(user).filter(role=MemberRole.OWNER).first()
    return membership.provider if membership else None


def email_is_verified(user: User | AnonymousUser) -> bool:
    """Whether there is nothing to ask for: a confirmed address, or no address at all (couriers)."""
    if not isinstance(user, User) or not user.email:
        return True
    return bool(EmailAddress.objects.filter(user=user, verified=True).exists())


def members_of(provider: Provider) -> QuerySet[ProviderMember]:
    """The team as its page lists it: the owner first, then by the day of joining."""
    return provider.members.select_related("user").order_by("-role", "joined_at", "pk")


def invitations_of(provider: Provider) -> QuerySet[Invitation]:
    """Those that nobody has answered yet, the newest first; some may have run out."""
    return provider.invitations.open().order_by("-sent_at", "-pk")


def invitation_refusal(invitation: Invitation) -> str:
    """Why nobody can accept it: "accepted", "withdrawn", "expired", or ""."""
    if invitation.accepted_at is not None:
        return "accepted"
    if invitation.withdrawn_at is not None:
        return "withdrawn"
    return "expired" if invitation.is_expired else ""


def can_log_in(user: User) -> bool:
    """False for a customer whom a shop wrote down: no password, no email, no way in."""
    return user.has_usable_password() or bool(user.email) or EmailAddress.objects.filter(user=user).exists()


def without_log_in() -> QuerySet[User]:
    """Those of whom `can_log_in` is false and who were not merged into another."""
    return User.objects.filter(
        password__startswith=UNUSABLE_PASSWORD_PREFIX, email="", emailaddress=None, is_active=True
    )
