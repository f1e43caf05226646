"""The product's settings, with what the measurements need beside it."""

from marketplace.settings import *  # noqa: F403

MIDDLEWARE = ["tests.bench.queries.counted", *MIDDLEWARE]  # noqa: F405
ROOT_URLCONF = "tests.bench.urls"
ALLOWED_HOSTS = ["127.0.0.1"]
