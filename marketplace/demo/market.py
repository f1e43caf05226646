"""The demo market's people, shops and services."""

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from decimal import Decimal

from allauth.account.models import EmailAddress

from accounts.domain import add_agent, open_shop
from accounts.models import Provider, User
from marketplace.common.images import Photo
from marketplace.demo import catalog
from marketplace.demo.drawing import draw_cover, draw_photo
from services.domain import add_service
from services.models import Category, Service

PASSWORD = "talad-demo"  # noqa: S105  (public on purpose; the command refuses to run outside DEBUG)

STAFF = {  # username: (name, superuser, staff)
    "admin": ("ผู้ดูแลระบบ", True, True),
    "operator": ("ฝ่ายปฏิบัติการ", False, True),
    "staff": ("พนักงานหน้าร้าน", False, True),
    "courier": ("پیک بازار", False, False),
}


def make_market(*, say: Callable[[str], object]) -> None:
    """Categories, people, shops and services that are not there yet."""
    for position, category in enumerate(catalog.CATEGORIES):
        Category.objects.update_or_create(
            slug=category.slug,
            defaults={
                "icon": category.icon,
                "position": position,
                **{f"name_{language}": name for language, name in category.names.items()},
            },
        )
    for username, (name, superuser, staff) in STAFF.items():
        person(username, name, "th", "Asia/Bangkok", email="", is_superuser=superuser, is_staff=staff)
    for customer in catalog.CUSTOMERS:
        person(customer.email, customer.name, customer.language, customer.time_zone, phone=customer.phone)
    shops = {shop.slug: _shop(number, shop) for number, shop in enumerate(catalog.PROVIDERS)}
    missing = [
        (number, service)
        for number, service in enumerate(catalog.SERVICES)
        if not Service.objects.filter(provider=shops[service.provider], title=service.title).exists()
    ]
    # Drawing is most of the first start's time, so it uses every core.
    with ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn")) as pool:
        drawn = pool.map(draw_photo, [service.scene for _, service in missing], [n for n, _ in missing])
        for (number, service), photo in zip(missing, drawn, strict=True):
            _service(service, shops[service.provider], photo)
            say(f"service {number + 1} of {len(catalog.SERVICES)}: {service.title}")


def person(
    login: str, name: str, language: str, time_zone: str, *, email: str | None = None, **fields: object
) -> User:
    """The demo account with that log-in; its email counts as confirmed."""
    email = login if email is None else email
    user, created = User.objects.get_or_create(
        username=login,
        defaults={
            "display_name": name,
            "language": language,
            "time_zone": time_zone,
            "email": email,
            **fields,
        },
    )
    if created:
        user.set_password(PASSWORD)
        user.save()
        if email:
            EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def _shop(number: int, shop: catalog.Provider) -> Provider:
    owner = person(shop.email, shop.owner, shop.language, shop.time_zone, phone=shop.phone)
    provider = open_shop(owner, name=shop.name)
    provider.about, provider.city, provider.time_zone = shop.about, shop.city, shop.time_zone
    provider.contact_email, provider.contact_phone = shop.email, shop.phone
    if not provider.photo:
        provider.photo = draw_cover(number).as_file()
    provider.save()
    if shop.agent_email:
        add_agent(provider, person(shop.agent_email, shop.agent, shop.language, shop.time_zone))
    return provider


def _service(service: catalog.Service, provider: Provider, photo: Photo) -> Service:
    return add_service(
        provider,
        category=Category.objects.get(slug=service.category),
        title=service.title,
        description=service.description,
        price=Decimal(service.price),
        duration_minutes=service.minutes,
        kind=service.kind,
        new_photo=photo,
    )
