from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from marketplace.demo.cards import make_cards
from marketplace.demo.deliveries import make_deliveries
from marketplace.demo.desk import fill_desk
from marketplace.demo.market import make_market
from marketplace.demo.payments import make_payments
from marketplace.demo.points import make_points
from marketplace.demo.stories import tell_stories


class Command(BaseCommand):
    help = "Fills the store with a small market in four languages. Run again, it adds only what is missing."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("Demo accounts have a public password: they are for DEBUG only.")
        make_market(say=self.stdout.write)
        tell_stories(say=self.stdout.write)
        make_payments(say=self.stdout.write)
        fill_desk()
        make_cards(say=self.stdout.write)
        make_deliveries(say=self.stdout.write)
        make_points(say=self.stdout.write)
