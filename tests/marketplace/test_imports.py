"""The half of the import picture that layers cannot say; the other half is in pyproject.toml."""

import grimp
import pytest

APPS = ("accounts", "services", "orders", "messaging", "appointments", "followup", "delivery", "loyalty")
OPEN_TO_OTHER_APPS = {"domain", "models", "enums", "queries"}


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph(*APPS, cache_dir=None)


@pytest.mark.parametrize("app", APPS)
def test_an_app_knows_of_another_only_what_is_open_to_it(app: str, graph: grimp.ImportGraph) -> None:
    inside = {app, *graph.find_descendants(app)}
    seen = {
        (module, imported)
        for module in inside
        for imported in graph.find_modules_directly_imported_by(module) - inside
    }

    assert [pair for pair in sorted(seen) if pair[1].split(".")[1] not in OPEN_TO_OTHER_APPS] == []
