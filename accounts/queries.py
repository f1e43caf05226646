"""Reads about people and shops that several apps need."""

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
