"""A photo or a file as a message."""

import uuid
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from accounts.models import User
from messaging.domain.posting import Posted, show_on_commit, store_message
from messaging.enums import MessageKind
from messaging.models import Attachment, Message, Thread
from messaging.uploads import Upload, read_upload


def post_file(
    thread: Thread,
    *,
    by: User,
    file: "UploadedFile[Any]",
    client_id: uuid.UUID | None = None,
    body: str = "",
) -> Message:
    """Stores a photo (encoded anew) or an allowed file with an optional text, and shows it on commit.

    The same `client_id` again returns the first message and stores nothing. Refuses what `post_message`
    refuses, and a file that is too large or of a kind that is not on the list.
    """
    upload = read_upload(file)
    with transaction.atomic():
        posted = store_message(thread.pk, by=by, body=body, client_id=client_id, kind=MessageKind.FILE)
        if posted.is_new:
            _attach(posted, upload)
    return Message.objects.get(pk=posted.pk)


def _attach(posted: Posted, upload: Upload) -> None:
    attachment = Attachment(
        message_id=posted.pk,
        name=upload.name,
        content_type=upload.content_type,
        size=len(upload.content),
        width=upload.width,
        height=upload.height,
    )
    # A random name: nothing that the sender chose becomes a path, and nobody can guess it.
    attachment.file.save(f"{uuid.uuid4().hex}{upload.extension}", ContentFile(upload.content), save=False)
    try:
        attachment.save()
    except BaseException:
        attachment.file.delete(save=False)
        raise
    show_on_commit(posted, [attachment])
