"""Email over SMTP. The Message-ID is the same at every attempt, so a mailbox can drop a repeat."""

import contextlib
import smtplib

from django.conf import settings
from django.core.mail import BadHeaderError, EmailMessage, get_connection

from marketplace.notify.models import Notification
from marketplace.notify.transports.base import TransportError


def send(notification: Notification) -> str:
    domain = settings.DEFAULT_FROM_EMAIL.rsplit("@", 1)[-1].strip("> ")
    message_id = f"<{notification.message_id}@{domain}>"
    connection = get_connection()
    message = EmailMessage(
        subject=notification.subject,
        body=notification.body,
        to=[notification.address],
        connection=connection,
        headers={"Message-ID": message_id, "Auto-Submitted": "auto-generated"},
    )
    if notification.attachment:
        message.attach(
            notification.attachment_name,
            notification.attachment,
            notification.attachment_type or "text/plain",
        )
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused as error:
        code = next(iter(error.recipients.values()))[0]
        raise TransportError(_words(error), permanent=_is_final(code)) from error
    except smtplib.SMTPDataError as error:
        raise TransportError(_words(error), permanent=_is_final(error.smtp_code)) from error
    except BadHeaderError as error:  # no later attempt will find another head
        raise TransportError(str(error), permanent=True) from error
    # A refused log-in or sender is our own configuration, which its operator mends: it stays due.
    except (smtplib.SMTPException, OSError) as error:
        raise TransportError(_words(error), permanent=False) from error
    finally:
        # Django leaves the socket of a failed log-in to the garbage collector.
        with contextlib.suppress(OSError, smtplib.SMTPException):
            connection.close()
    return message_id


def _is_final(code: int) -> bool:
    return 500 <= code < 600


def _words(error: Exception) -> str:
    """What the server said, for the operator to read."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return "; ".join(f"{code} {_decoded(text)}" for code, text in error.recipients.values())
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_decoded(error.smtp_error)}"
    return str(error) or type(error).__name__


def _decoded(text: bytes | str) -> str:
    return text.decode(errors="replace") if isinstance(text, bytes) else text
