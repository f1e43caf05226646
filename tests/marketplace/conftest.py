from tests.support.outage import site

__all__ = ["site"]
