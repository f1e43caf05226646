"""`celery -A tests.support.quick_beat beat`: a test cannot wait for the sweep's fifteen seconds."""

from marketplace.celery import app

app.conf.beat_schedule["send-due-notifications"]["schedule"] = 1.0
