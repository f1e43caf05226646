"""The ways out of a transaction, and the ways in which nothing is done here."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
APPS = [path.parent.name for path in ROOT.glob("*/__init__.py") if path.parent.name != "tests"]
TASKS = r"\.delay\(|\.apply_async\(|\bsend_task\("
GROUPS = r"\bgroup_send\("
SIGNALS = r"\b(pre|post)_(save|delete|init|migrate)\b|\bm2m_changed\b|django\.dispatch|@receiver\b"
NETWORK = r"\brequests\.(get|post)\(|urllib\.request|http\.client|\bhttpx\b|\baiohttp\b"


def sources() -> Iterator[tuple[str, str]]:
    for app in APPS:
        for file in sorted((ROOT / app).rglob("*.py")):
            yield str(file.relative_to(ROOT)), file.read_text()


@pytest.mark.parametrize(
    ("pattern", "doors"),
    [
        # The worker's own first heartbeat starts in no transaction.
        (TASKS, {"marketplace/common/background.py", "marketplace/celery.py"}),
        (GROUPS, {"marketplace/common/realtime.py"}),
        (SIGNALS, set()),
        # ready.py asks the site itself whether it is up.
        (NETWORK, {"marketplace/common/outgoing.py", "marketplace/dev/ready.py"}),
    ],
    ids=["tasks", "groups", "signals", "network"],
)
def test_only_its_door_leads_out(pattern: str, doors: set[str]) -> None:
    users = {name for name, text in sources() if re.search(pattern, text)}

    assert users <= doors


def test_no_model_has_logic_in_save() -> None:
    own = [
        f"{name}: {node.name}.{method.name}"
        for name, text in sources()
        if name.endswith("models.py")
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.ClassDef)
        for method in node.body
        if isinstance(method, ast.FunctionDef) and method.name in ("save", "delete", "clean", "full_clean")
    ]

    assert own == []


@pytest.mark.parametrize(
    ("pattern", "text"),
    [(TASKS, "send.delay(1)"), (GROUPS, "layer.group_send(g)"), (SIGNALS, "post_save"), (NETWORK, "httpx")],
)
def test_the_patterns_find_what_they_are_for(pattern: str, text: str) -> None:
    assert re.search(pattern, text)
