"""What must be true of the machine; here it is really not: old time zone tables, a database of ctype C."""

import importlib.resources
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connection

from tests.support.private import ROOT, run_django

ASK = """
import json
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connection

def said():
    try:
        return call_command("check", databases=["default"]) or ""
    except SystemCheckError as error:
        return str(error)

before = said()
with connection.cursor() as cursor:
    cursor.execute("CREATE EXTENSION pg_trgm")  # as the first migrate does
print(json.dumps([before, said()]))
"""
REFUSED = (
    "(talad.E002) The database is not UTF-8 or its LC_CTYPE is C:"
    " the search finds no typing slips in Thai or Persian."
)
REMEDY = "CREATE DATABASE talad TEMPLATE template0 ENCODING UTF8 LOCALE 'C.UTF-8'"


def test_tables_in_which_iran_still_has_summer_time_are_refused(tmp_path: Path) -> None:
    (tmp_path / "Asia").mkdir()
    four_and_a_half_hours = importlib.resources.files("tzdata.zoneinfo.Asia").joinpath("Kabul").read_bytes()
    (tmp_path / "Asia" / "Tehran").write_bytes(four_and_a_half_hours)  # what Tehran's July was until 2022

    checked = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env={**os.environ, "PYTHONTZPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert checked.returncode == 1
    assert "(talad.E001) The time zone tables are out of date." in checked.stderr
    assert "HINT: Update the tzdata package." in checked.stderr
    assert "System check identified 1 issue (0 silenced)." in checked.stderr


@pytest.fixture(
    params=[
        ("UTF8", "C", [REFUSED, REFUSED]),  # where initdb was called without a locale
        ("SQL_ASCII", "C", [REFUSED, REFUSED]),
        ("UTF8", "C.UTF-8", ["", ""]),
    ],
    ids=["of ctype C", "of no encoding", "as the remedy says"],
)
def database(request: pytest.FixtureRequest, django_db_blocker: Any) -> Iterator[tuple[str, list[str]]]:
    """Its address, and what is said of it before and after the first migrate."""
    encoding, locale, said = request.param
    name = f"talad_c_{uuid4().hex}"
    kind = f"ENCODING {encoding} LOCALE_PROVIDER libc LOCALE '{locale}'"
    with django_db_blocker.unblock(), connection._nodb_cursor() as server:
        server.execute(f"CREATE DATABASE {name} TEMPLATE template0 {kind}")
    try:
        yield os.environ["DATABASE_URL"].rsplit("/", 1)[0] + "/" + name, said
    finally:
        with django_db_blocker.unblock(), connection._nodb_cursor() as server:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_a_database_whose_search_cannot_read_thai_is_refused_from_the_first_start(
    database: tuple[str, list[str]],
) -> None:
    address, expected = database

    said = run_django(ASK, {**os.environ, "DATABASE_URL": address, "PYTHONWARNINGS": "ignore"})

    assert isinstance(said, list)
    assert [REFUSED if REFUSED in words else words for words in said] == expected
    assert [REMEDY in words for words in said] == [bool(words) for words in expected]


@pytest.mark.django_db
def test_this_machine_and_its_database_are_well(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("check", databases=["default"])

    assert capsys.readouterr().out == "System check identified no issues (0 silenced).\n"
