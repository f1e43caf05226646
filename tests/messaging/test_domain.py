from accounts.models import User
from messaging.domain import mark_read, post_message
from messaging.models import Thread
from messaging.queries import unread_total


def test_a_message_is_unread_for_the_other_side_until_it_is_read(
    thread: Thread, customer: User, provider: User
) -> None:
    message = post_message(thread, by=customer, body="สวัสดี")

    assert message.seq == 1
    assert (unread_total(customer), unread_total(provider)) == (0, 1)

    thread.refresh_from_db()
    mark_read(thread, by=provider, seq=1)

    assert unread_total(provider) == 0
