"""Any number of members with what they bought and their points, made by PostgreSQL itself."""

from tests.bench.market import Connection, _without_indexes

ADMIN, MEMBER = 1, 5000  # one who works in the backoffice; one member with a long history, and an account
BUSY = 60  # purchases of that member
_PEOPLE = """
INSERT INTO accounts_user (id, password, is_superuser, username, email, is_staff, is_active, date_joined,
    display_name, phone, language, time_zone, must_change_password, suspended_reason)
SELECT n, '', n = 1, 'person-' || n, '', n = 1, true, now(), 'Person ' || n, '', 'th', 'Asia/Bangkok', false,
    ''
FROM unnest(ARRAY[1, 5000]) n
"""
# A first name that many have, and a family name that nobody else has.
_MEMBERS = """
INSERT INTO loyalty_member (id, number, user_id, phone, name, email, address, note, balance, owed, level_id,
    invite_code, qr_token, search_text, joined_at)
SELECT n, (10000000 + n)::text, CASE WHEN n = 5000 THEN 5000 END, '+66' || phone, name, email, '', '',
    50 * CASE WHEN n = 5000 THEN %(busy)s ELSE 2 END, 0, 1, 'M' || n, md5(n::text),
    (10000000 + n) || ' ' || lower(name) || ' ' || email || ' 66' || phone || ' 0' || phone, at
FROM generate_series(1, %(count)s) n
CROSS JOIN LATERAL (SELECT now() - (%(count)s - n) * (interval '1095 days' / %(count)s) AS at,
    '8' || lpad((n::bigint * 7919 %% 100000000)::text, 8, '0') AS phone,
    (ARRAY['Somchai', 'Malee', 'Anan', 'Niran', 'Pim', 'Kanya', 'Preecha', 'Ratana', 'Suda', 'Wichai'])
        [1 + n %% 10] || ' ' || translate(md5(n::text), '0123456789', 'ghijklmnop') AS name,
    'm' || n || '@people.example' AS email) made
"""
_PURCHASES = """
INSERT INTO loyalty_purchase (id, reference, member_id, phone, branch_id, place, amount, by_category,
    refunded, at, awarded_at, awarded_amount)
SELECT n, 'counter:' || n, owner, '', 1 + n %% 5, 'counter', 100 + n %% 900, '{}', 0, at, at, 100 + n %% 900
FROM generate_series(1, 2 * (%(count)s - 1) + %(busy)s) n
CROSS JOIN LATERAL (SELECT CASE WHEN n > 2 * (%(count)s - 1) THEN 5000
    WHEN (n + 1) / 2 >= 5000 THEN (n + 1) / 2 + 1 ELSE (n + 1) / 2 END AS owner,
    now() - (2 * %(count)s + %(busy)s - n) * (interval '1095 days' / (2 * %(count)s + %(busy)s)) AS at) made
"""
_ENTRIES = """
INSERT INTO loyalty_ledgerentry
    (member_id, kind, reference, points, created_at, expires_on, place, note, purchase_id, branch_id)
SELECT member_id, 'purchase', reference, 50, at,
    CASE WHEN at > now() - interval '1 year' THEN (at + interval '2 years')::date END,
    place, '', id, branch_id
FROM loyalty_purchase ORDER BY id
"""


def fill(connection: Connection, count: int) -> None:
    """`count` members (at least MEMBER) who joined over three years: two purchases with points each, BUSY of
    MEMBER; five branches and one level."""
    values = {"count": count, "busy": BUSY}
    connection.execute(_PEOPLE)
    connection.execute(
        "INSERT INTO loyalty_level (id, name, threshold, multiplier, benefits, colour)"
        " VALUES (1, 'Silver', 0, 1, '', '#8C8C8C')"
    )
    connection.execute(
        "INSERT INTO loyalty_branch (id, name, code, phone, address, is_active)"
        " SELECT n, 'Branch ' || n, n, '', '', true FROM generate_series(1, 5) n"
    )
    for table, statement in (
        ("loyalty_member", _MEMBERS),
        ("loyalty_purchase", _PURCHASES),
        ("loyalty_ledgerentry", _ENTRIES),
    ):
        with _without_indexes(connection, table):
            connection.execute(statement, values)
    for table in ("accounts_user", "loyalty_level", "loyalty_branch", "loyalty_member", "loyalty_purchase"):
        connection.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")
    connection.execute("VACUUM ANALYZE")
