from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CommonConfig(AppConfig):
    name = "marketplace.common"
    verbose_name = _("Common")

    def ready(self) -> None:
        from marketplace.common import checks  # noqa: F401  (registers itself)
