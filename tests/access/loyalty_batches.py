"""A file that the operator uploaded and that moves points: who approves opens no other."""

import io
from typing import Any

from accounts.models import User
from loyalty.domain import batches
from loyalty.enums import BatchKind


def batches_world(by: User) -> dict[str, Any]:
    content = io.BytesIO(b"Phone,Points\n0812345678,5\n")
    batch = batches.upload(content, name="points.csv", kind=BatchKind.BY_PHONE, by=by)
    batch.points_added = 5  # as its check would find
    batch.save(update_fields=["points_added"])
    return {"batch": batch}
