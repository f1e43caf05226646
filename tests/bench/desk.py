"""A shop with any number of orders, leads and notes, made by PostgreSQL itself: shop 1 of the market."""

from tests.bench.market import Connection, _without_indexes

AGENTS = 3
# Of a hundred orders: two not followed up, ten with a date (half of them due), the rest ended.
_STATE = "CASE WHEN n %% 50 = 0 THEN 'none' WHEN n %% 10 = 1 THEN 'open' ELSE 'ended' END"
_DUE = "CASE WHEN n %% 10 = 1 THEN now() + ((n::bigint * 7919 %% 60) - 30) * interval '1 day' END"
_ORDERS = f"""
INSERT INTO orders_order (id, number, contract_number, customer_id, provider_id, thread_id, status, channel,
    sale_kind, currency, total, discount, delivery_fee, delivery_address, customer_name, phone, note,
    created_by_id, form_token, search_text, created_at, placed_at, confirmed_at, completed_at, cancelled_at,
    paid_at, desk_state, due_at, task)
SELECT n, 'B' || lpad(n::text, 7, '0'), '', c.id, 1, c.id - 100, s.status, k.channel, 'new', 'THB',
    100 + n %% 9000, 0, 0, '',
    c.display_name, '+66' || (800000000 + n %% 99999999), '',
    CASE WHEN k.channel = 'web' THEN c.id ELSE 10 + n %% {AGENTS + 1} END, gen_random_uuid(),
    'b' || lpad(n::text, 7, '0') || ' ' || lower(c.display_name) || ' 66' || (800000000 + n %% 99999999),
    t.at, t.at, CASE WHEN s.status IN ('confirmed', 'completed') THEN t.at END,
    CASE WHEN s.status = 'completed' THEN t.at END, CASE WHEN s.status = 'cancelled' THEN t.at END,
    CASE WHEN n %% 3 = 0 THEN t.at END, {_STATE}, {_DUE}, ''
FROM generate_series(1, %(count)s) n
CROSS JOIN LATERAL (SELECT now() - (%(count)s - n) * (interval '1095 days' / %(count)s) AS at) t
CROSS JOIN LATERAL (SELECT CASE n %% 10 WHEN 0 THEN 'placed' WHEN 1 THEN 'confirmed' WHEN 2 THEN 'cancelled'
    ELSE 'completed' END AS status) s
CROSS JOIN LATERAL (SELECT CASE WHEN n %% 4 = 0 THEN 'chat' WHEN n %% 9 = 0 THEN 'behalf' ELSE 'web' END
    AS channel) k
JOIN accounts_user c ON c.id = 101 + n %% %(customers)s
"""
_LINES = """
INSERT INTO orders_orderline (order_id, service_id, title, unit_price, quantity)
SELECT n, 1 + n %% 40, 'Service ' || (1 + n %% 40), 100 + n %% 9000, 1 FROM generate_series(1, %(count)s) n
"""
_PEOPLE = """
INSERT INTO accounts_user (id, password, is_superuser, username, email, is_staff, is_active, date_joined,
    display_name, phone, language, time_zone, must_change_password, suspended_reason)
SELECT n, '', false, 'person-' || n, '', false, true, now(), 'Customer ' || md5(n::text), '', 'en',
    'Asia/Bangkok', false, ''
FROM generate_series(10, 100 + %(customers)s) n
"""
_THREADS = """
INSERT INTO messaging_thread (id, customer_id, provider_id, topic, last_seq, last_message_at, created_at)
SELECT n - 100, n, 1, 'A topic', 0, now(), now() FROM generate_series(101, 100 + %(customers)s) n
"""
_NOTES = """
INSERT INTO followup_followup (order_id, by_id, note, follow_up_at, form_token, created_at, ended_at)
SELECT id, 10, 'Called, will decide next week', due_at, gen_random_uuid(), placed_at + interval '3 hours',
    CASE WHEN desk_state = 'ended' THEN placed_at + interval '1 day' END
FROM orders_order WHERE desk_state <> 'none'
"""
_CALLBACKS = f"""
INSERT INTO followup_callbackrequest (provider_id, name, phone, email, message, search_text, created_at,
    desk_state, due_at, task)
SELECT 1, 'Caller ' || lpad(n::text, 6, '0'), '+66' || (810000000 + n), '', 'Please call',
    'caller ' || lpad(n::text, 6, '0') || ' 66' || (810000000 + n),
    now() - n * interval '1 minute', {_STATE}, {_DUE}, ''
FROM generate_series(1, greatest(%(count)s / 20, 1)) n
"""
_NOTICES = f"""
INSERT INTO orders_transfernotice (order_id, provider_id, bank, amount, transferred_at, slip,
    slip_fingerprint, slip_bank, slip_reference, finding, decision, reason, created_at, desk_state, due_at,
    task)
SELECT n * 20, 1, 'KBANK', 100, now(), '', '', '', '', 'matches', 'waiting', '', now(), {_STATE}, {_DUE}, ''
FROM generate_series(1, %(count)s / 20) n
"""


def fill(connection: Connection, count: int) -> None:
    """`count` orders of shop 1 over three years, with leads, notes, callbacks and notices. Person 10 owns
    the shop, 11 to 13 are agents. The market must be there already (at least 40 services)."""
    values = {"count": count, "customers": max(count // 20, 10)}
    tables = ("orders_order", "orders_orderline", "followup_followup", "followup_callbackrequest")
    connection.execute(_PEOPLE, values)
    connection.execute(
        "INSERT INTO accounts_providermember (provider_id, user_id, role)"
        " SELECT 1, n, CASE WHEN n = 10 THEN 'owner' ELSE 'agent' END"
        f" FROM generate_series(10, {10 + AGENTS}) n"
    )
    connection.execute(_THREADS, values)
    for table, statements in zip(
        tables, ((_ORDERS,), (_LINES,), (_NOTES,), (_CALLBACKS, _NOTICES)), strict=True
    ):
        with _without_indexes(connection, table):
            for statement in statements:
                connection.execute(statement, values)
    for table in ("accounts_user", "messaging_thread", "orders_order"):
        connection.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")
    connection.execute("VACUUM ANALYZE")
