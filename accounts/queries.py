"""Reads about people and shops that several apps need."""

from allauth.account.models import EmailAddress
from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from accounts.enums import MemberRole
from accounts.models import Provider, ProviderMember, User


def memberships_of(user: User | AnonymousUser) -> QuerySet[ProviderMember]:
    """The shops in which `user` works, the own one first; empty when signed out."""
    if not isinstance(user, User):
        return ProviderMember.objects.none()
    return (
        ProviderMember.objects.filter(user=user)
        .select_related("provider")
        .order_by("-role", "pk")  # "owner" sorts after "agent"
    )


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
