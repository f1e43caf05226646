"""The product's settings, with two things beside it to measure against."""

from marketplace.settings import *  # noqa: F403

ROOT_URLCONF = "tests.bench.urls"
ALLOWED_HOSTS = ["127.0.0.1"]
