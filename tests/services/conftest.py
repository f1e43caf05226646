import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from services.models import Category, Service


@pytest.fixture
def media(settings: Any, tmp_path: Any) -> Any:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def picture() -> Callable[..., SimpleUploadedFile]:
    def make(
        name: str = "photo.jpg", format: str = "JPEG", size: tuple[int, int] = (800, 600), **options: Any
    ) -> SimpleUploadedFile:
        out = io.BytesIO()
        Image.new("RGB", size, (11, 110, 110)).save(out, format, **options)
        return SimpleUploadedFile(name, out.getvalue())

    return make


@pytest.fixture
def typed(category: Category) -> dict[str, Any]:
    """What a provider types into "Add service", without the photo."""
    return {
        "title": "ตัดผมถึงบ้าน",
        "category": str(category.pk),
        "kind": "on_site",
        "price": "450",
        "duration_minutes": "60",
        "description": "Bring nothing.",
        "kept_photo": "",
    }


@pytest.fixture
def titles(make_service: Callable[..., Service]) -> Callable[..., None]:
    def make(*titles: str) -> None:
        for title in titles:
            make_service(title, description="-")

    return make
