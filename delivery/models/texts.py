"""What a shop made of the texts that go out by SMS; what it left alone has no row."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Provider
from delivery.texts import TextKind

MAX_LENGTH = 500


class MessageText(models.Model):
    provider = models.ForeignKey(
        Provider, verbose_name=_("provider"), on_delete=models.CASCADE, related_name="message_texts"
    )
    kind = models.CharField(_("kind"), max_length=30, choices=TextKind.choices)
    language = models.CharField(_("language"), max_length=8, choices=settings.LANGUAGES)
    text = models.TextField(_("text"), max_length=MAX_LENGTH)

    class Meta:
        verbose_name = _("message text")
        verbose_name_plural = _("message texts")
        constraints = [
            models.UniqueConstraint(fields=["provider", "kind", "language"], name="message_text_once")
        ]

    def __str__(self) -> str:
        return f"{self.provider}: {self.get_kind_display()} ({self.language})"


class MessageSwitch(models.Model):
    """Whether the shop sends a text, other than at first."""

    provider = models.ForeignKey(
        Provider, verbose_name=_("provider"), on_delete=models.CASCADE, related_name="message_switches"
    )
    kind = models.CharField(_("kind"), max_length=30, choices=TextKind.choices)
    is_on = models.BooleanField(_("Send this"))

    class Meta:
        verbose_name = _("switch of a message text")
        verbose_name_plural = _("switches of message texts")
        constraints = [models.UniqueConstraint(fields=["provider", "kind"], name="message_switch_once")]

    def __str__(self) -> str:
        return f"{self.provider}: {self.get_kind_display()}"
