"""Two threads of one person become one."""

from django.db import transaction
from django.db.models import F

from marketplace.common.realtime import broadcast_on_commit
from messaging.models import Message, Participation, Thread


def append_thread(keep: Thread, gone: Thread) -> None:
    """Puts the messages of `gone` below those of `keep`, in their order and without a gap, as said by the
    same people at the same times; `gone` is left empty. The caller holds both rows.

    What somebody had not read of either stays unread.
    """
    with transaction.atomic():
        written = Message.objects.filter(thread=gone)
        written.filter(author=gone.customer_id).update(author=keep.customer_id)
        written.filter(only_for=gone.customer_id).update(only_for=keep.customer_id)
        written.update(thread=keep, seq=F("seq") + keep.last_seq)
        _join_marks(keep, gone)
        if keep.assigned_to_id is None:
            keep.assigned_to, keep.assigned_at = gone.assigned_to, gone.assigned_at
        keep.last_seq += gone.last_seq
        keep.last_message_at = max(keep.last_message_at, gone.last_message_at)
        keep.created_at = min(keep.created_at, gone.created_at)
        keep.closed_at = keep.closed_at if gone.is_closed else None
        keep.save()
        gone.last_seq = 0
        gone.save(update_fields=["last_seq"])
        for thread in (keep, gone):
            broadcast_on_commit(f"provider.{keep.provider_id}", {"type": "thread", "thread": thread.pk})


def _join_marks(keep: Thread, gone: Thread) -> None:
    """Who had read all of `keep` has also read of `gone` what they had read there."""
    marks = {mark.user_id: mark for mark in Participation.objects.filter(thread=keep)}
    for mark in Participation.objects.filter(thread=gone):
        kept = marks.get(mark.user_id) or Participation(thread=keep, user_id=mark.user_id)
        if kept.read_seq >= keep.last_seq:
            kept.read_seq = keep.last_seq + mark.read_seq
        if kept.delivered_seq >= keep.last_seq:
            kept.delivered_seq = keep.last_seq + mark.delivered_seq
        kept.save()
    Participation.objects.filter(thread=gone).delete()
