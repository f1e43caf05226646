from collections.abc import Callable

from django.test import Client

from services.models import Category, Service


def test_a_category_lists_its_services_alone(client: Client, make_service: Callable[..., Service]) -> None:
    food = Category.objects.create(
        slug="food", icon="cat-food", name_en="Food", name_th="อาหาร", name_fa="غذا", name_vi="Ẩm thực"
    )
    make_service("Legal advice")
    make_service("Curry", category=food)

    page = client.get("/category/food/", headers={"accept-language": "vi"}).content.decode()

    assert "Curry" in page
    assert "Legal advice" not in page
    assert "Ẩm thực</h1>" in page
    assert '<option value="food" selected>' in page


def test_an_unknown_category_is_not_found(client: Client, db: None) -> None:
    assert client.get("/category/nope/").status_code == 404
