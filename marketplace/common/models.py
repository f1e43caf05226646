from django.db import models


class Heartbeat(models.Model):
    """When a part of the machinery last said that it is alive; `/healthz` reads it."""

    name = models.CharField(primary_key=True, max_length=40)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} {self.at:%H:%M:%S}"
