from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from marketplace.demo.market import make_market
from marketplace.demo.stories import tell_stories


class Command(BaseCommand):
    help = "Fills the store with a small market in four languages. Run again, it adds only what is missing."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("Demo accounts have a public password: they are for DEBUG only.")
        make_market(say=self.stdout.write)
        tell_stories(say=self.stdout.write)
