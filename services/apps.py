from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ServicesConfig(AppConfig):
    name = "services"
    verbose_name = _("Services")

    def ready(self) -> None:
        from accounts.signals import shop_renamed
        from services.domain import index_services_of

        shop_renamed.connect(index_services_of)
