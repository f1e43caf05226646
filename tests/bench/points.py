"""A million point adjustments by phone, through the product and by hand: `python -m tests.bench.points FILE`
works a file off on a site's database and prints what it took."""

import json
import random
import resource
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import django

from tests.bench.market import Connection

UNKNOWN, REPEATED = 100, 200  # one row of so many
_PEOPLE = """
INSERT INTO accounts_user (id, password, is_superuser, username, email, is_staff, is_active, date_joined,
    display_name, phone, language, time_zone, must_change_password, suspended_reason)
VALUES (1, '', true, 'admin', '', true, true, now(), 'Admin', '', 'en', 'Asia/Bangkok', false, '')
"""
_MEMBERS = """
INSERT INTO loyalty_member (number, phone, name, email, address, note, balance, owed, invite_code, qr_token,
    search_text, joined_at)
SELECT (10000000 + n)::text, '+668' || lpad(n::text, 8, '0'), 'Member ' || n, '', '', '', 0, 0,
    'M' || n, md5(n::text), (10000000 + n) || ' member ' || n || ' 668' || lpad(n::text, 8, '0')
        || ' 08' || lpad(n::text, 8, '0'), now()
FROM generate_series(1, %s) n
"""
_INSERT = """
INSERT INTO loyalty_ledgerentry
    (member_id, kind, reference, points, created_at, expires_on, place, by_id, note, batch_id)
SELECT member.id, 'adjustment', row.reference, row.points, now(), '2027-12-31', 'backoffice', 1, '', 1
FROM loyalty_batchrow row JOIN loyalty_member member ON member.phone = row.key
ON CONFLICT (kind, reference) DO NOTHING
"""
_UPDATE = """
UPDATE loyalty_member SET balance = balance + sums.points
FROM (SELECT member_id, sum(points) AS points FROM loyalty_ledgerentry GROUP BY member_id) sums
WHERE loyalty_member.id = sums.member_id
"""


def fill(connection: Connection, count: int) -> None:
    """`count` members, and somebody who uploads."""
    connection.execute(_PEOPLE)
    connection.execute(_MEMBERS, [count])
    connection.execute("INSERT INTO loyalty_level (name, threshold, multiplier, benefits, colour)"
                       " VALUES ('Silver', 0, 1, '', '#8C8C8C')")  # fmt: skip
    connection.execute("VACUUM ANALYZE")


def rows(count: int, members: int) -> Iterator[tuple[str, int, str]]:
    """(phone as people type it, points, reference): 1 % are nobody's, 0.5 % repeat a reference above."""
    rng = random.Random(7)
    for number in range(1, count + 1):
        phone = f"08{rng.randint(1, members):08}" if number % UNKNOWN else f"09{number:08}"
        reference = number - rng.randint(1, min(number - 1, 150)) if number % REPEATED == 199 else number
        yield phone, rng.randint(1, 500), f"INV-{reference:08}"


def write_file(file: Path, count: int, members: int) -> None:
    with file.open("w") as out:
        out.write("Phone,Points,Reference\n")
        out.writelines(f"{phone},{points},{ref}\n" for phone, points, ref in rows(count, members))


def by_hand(connection: Connection, file: Path, count: int, members: int) -> float:
    """Seconds for the least that PostgreSQL can do: COPY of lines that are ready, INSERT … SELECT that leaves
    repeated references out, one UPDATE. The batch's own row is left to the product."""
    with file.open("w") as out:
        for number, (phone, points, ref) in enumerate(rows(count, members), start=2):
            cells = f'["{phone}", "{points}", "{ref}"]'
            out.write(f"1\t{number}\tready\t{cells}\t+66{phone[1:]}\t{points}\tadjust:{ref}\t\t\n")
    connection.execute(
        "INSERT INTO loyalty_batch (id, kind, status, file, file_name, digest, encoding, headings, columns,"
        " options, note, rows_total, rows_ready, rows_done, rows_skipped, rows_error, rows_undone, percent,"
        " points_added, points_taken, by_id, created_at)"
        " VALUES (1, 'phone', 'done', '', '', '', '', '[]', '{}', '{}', '', 0, 0, 0, 0, 0, 0, 0, 0, 0, 1,"
        " now())"
    )
    begun = time.monotonic()
    with connection.transaction(), connection.cursor() as cursor:
        with (
            file.open("rb") as lines,
            cursor.copy(
                "COPY loyalty_batchrow"
                " (batch_id, number, status, cells, key, points, reference, note, problem) FROM STDIN"
            ) as copy,
        ):
            while block := lines.read(1 << 20):
                copy.write(block)
        cursor.execute("ANALYZE loyalty_batchrow")
        cursor.execute(_INSERT)
        cursor.execute("ANALYZE loyalty_ledgerentry")
        cursor.execute(_UPDATE)
    return time.monotonic() - begun


def main(file: Path) -> None:
    """Prints {seconds, check_seconds, run_seconds, cpu_seconds, megabytes, done, error}."""
    django.setup()
    from accounts.models import User
    from loyalty.domain import batches
    from loyalty.enums import BatchKind
    from loyalty.models import Batch

    admin = User.objects.get(pk=1)
    begun = time.monotonic()
    with file.open("rb") as content:
        batch = batches.upload(content, name="points.csv", kind=BatchKind.BY_PHONE, by=admin)
    batches.begin_check(batch, columns=batch.columns, options={}, by=admin)
    batches.work_on(batch.pk)
    checked = time.monotonic()
    batches.run(Batch.objects.get(pk=batch.pk), by=admin)
    batches.work_on(batch.pk)
    ended = time.monotonic()
    batch = Batch.objects.get(pk=batch.pk)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    found = {
        "seconds": ended - begun,
        "check_seconds": checked - begun,
        "run_seconds": ended - checked,
        "cpu_seconds": usage.ru_utime,
        "megabytes": usage.ru_maxrss / 1024,
        "status": batch.status,
        "done": batch.rows_done,
        "error": batch.rows_error,
        "skipped": batch.rows_skipped,
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
