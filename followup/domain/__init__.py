"""Writing to the sales desk: notes, reminders, callback requests, and silence that becomes a task."""

from followup.domain.callbacks import request_callback, start_conversation
from followup.domain.notes import (
    Lead,
    add_note,
    begin_task,
    close_task,
    end_follow_up,
    join_silences,
    lead_of,
    notes_of,
    reopen_follow_up,
)
from followup.domain.reminders import lead_url, send_reminders, who_is
from followup.domain.silence import begin_tasks, close_tasks, link_orders

__all__ = [
    "Lead",
    "add_note",
    "begin_task",
    "begin_tasks",
    "close_task",
    "close_tasks",
    "end_follow_up",
    "join_silences",
    "lead_of",
    "lead_url",
    "link_orders",
    "notes_of",
    "reopen_follow_up",
    "request_callback",
    "send_reminders",
    "start_conversation",
    "who_is",
]
