"""One cast for all tests, and the few things that they own."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone, translation

from accounts.domain import add_agent, open_shop
from accounts.models import Provider, User
from messaging.domain import open_thread
from messaging.models import Thread
from services.domain import add_service
from services.enums import ServiceKind
from services.models import Category, Service

PASSWORD = "a-long-test-password"


@pytest.fixture(autouse=True)
def _fresh_cache(request: pytest.FixtureRequest) -> Iterator[None]:
    """Rate limits and cached pages of one test must not reach the next."""
    marked = request.node.get_closest_marker("django_db") is not None
    if marked or "db" in request.fixturenames or "transactional_db" in request.fixturenames:
        cache.clear()
    return


@pytest.fixture(autouse=True)
def _fresh_reader() -> Iterator[None]:
    """The language and time zone that a request of one test was answered in must not reach the next."""
    yield
    translation.deactivate()
    timezone.deactivate()


@pytest.fixture
def make_person(db: None) -> Callable[..., User]:
    def make(username: str, **fields: Any) -> User:
        fields.setdefault("display_name", username.title())
        fields.setdefault("email", f"{username}@people.example")
        fields.setdefault("time_zone", "Asia/Bangkok")
        fields.setdefault("language", "en")
        user = User.objects.create_user(username=username, password=PASSWORD, **fields)
        if user.email:
            user.emailaddress_set.create(email=user.email, verified=True, primary=True)
        return user

    return make


@pytest.fixture
def customer(make_person: Callable[..., User]) -> User:
    return make_person("customer")


@pytest.fixture
def provider(make_person: Callable[..., User]) -> User:
    """The owner of `shop`."""
    return make_person("provider")


@pytest.fixture
def shop(provider: User) -> Provider:
    return open_shop(provider, name="Siam Legal")


@pytest.fixture
def agent(make_person: Callable[..., User], shop: Provider) -> User:
    user = make_person("agent")
    add_agent(shop, user)
    return user


@pytest.fixture
def courier(make_person: Callable[..., User]) -> User:
    return make_person("courier", email="")


@pytest.fixture
def operator(make_person: Callable[..., User]) -> User:
    return make_person("operator", is_staff=True, is_superuser=True)


@pytest.fixture
def stranger(make_person: Callable[..., User]) -> User:
    """Signed in, with a shop of their own, and part of nothing else."""
    user = make_person("stranger")
    open_shop(user, name="Another Shop")
    return user


@pytest.fixture
def category(db: None) -> Category:
    return Category.objects.create(
        slug="law", icon="cat-law", name_en="Law", name_th="กฎหมาย", name_fa="حقوقی", name_vi="Pháp lý"
    )


@pytest.fixture
def make_service(shop: Provider, category: Category) -> Callable[..., Service]:
    def make(title: str = "Legal advice by video", **fields: Any) -> Service:
        fields.setdefault("category", category)
        fields.setdefault("description", "An hour with a lawyer.")
        fields.setdefault("price", Decimal("1500"))
        fields.setdefault("duration_minutes", 60)
        fields.setdefault("kind", ServiceKind.VIDEO_CALL)
        return add_service(fields.pop("provider", shop), title=title, **fields)

    return make


@pytest.fixture
def service(make_service: Callable[..., Service]) -> Service:
    return make_service()


@pytest.fixture
def thread(customer: User, shop: Provider) -> Thread:
    return open_thread(customer=customer, provider=shop, topic="Legal advice by video")


@pytest.fixture
def order(customer: User, service: Service) -> Any:
    from orders.domain import place_order

    return place_order(service, by=customer, form_token=uuid4())


@pytest.fixture
def appointment(thread: Thread, provider: User) -> Any:
    """Enterable now: it starts in five minutes."""
    from appointments.domain.booking import book_appointment

    start = (timezone.now() + timedelta(minutes=5)).replace(second=0, microsecond=0)
    return book_appointment(thread, by=provider, topic="First talk", start=start)


@pytest.fixture
def client_of() -> Callable[[User], Client]:
    """A browser of that person."""

    def log_in(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return log_in
