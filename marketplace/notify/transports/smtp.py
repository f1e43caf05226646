"""Email over SMTP. The Message-ID is the same at every attempt, so a mailbox can drop a repeat."""

import smtplib

from django.conf import settings
from django.core.mail import EmailMessage

from marketplace.notify.models import Notification
from marketplace.notify.transports.base import TransportError


def send(notification: Notification) -> str:
    domain = settings.DEFAULT_FROM_EMAIL.rsplit("@", 1)[-1].strip("> ")
    message_id = f"<{notification.message_id}@{domain}>"
    message = EmailMessage(
        subject=notification.subject,
        body=notification.body,
        to=[notification.address],
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
        raise TransportError(str(error), permanent=500 <= code < 600) from error
    except smtplib.SMTPResponseException as error:
        raise TransportError(str(error), permanent=500 <= error.smtp_code < 600) from error
    except (smtplib.SMTPException, OSError) as error:
        raise TransportError(str(error), permanent=False) from error
    return message_id
