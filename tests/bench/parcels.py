"""Deliveries of shop 1, made by PostgreSQL out of its orders: two hundred on the road whatever the size, as a
shop has so many couriers and no more, and a tenth of all orders delivered long ago. Person 15 is a courier
with a fiftieth of them."""

from tests.bench.market import Connection

COURIERS = 50
_COURIERS = f"""
INSERT INTO delivery_courier (user_id, provider_id, vehicle, note, photo, created_at)
SELECT n, 1, 'Motorbike', '', '', now() FROM generate_series(15, {14 + COURIERS}) n
"""
_HAND_IN = """
INSERT INTO delivery_handin (provider_id, courier_id, amount, currency, by_id, at)
SELECT 1, min(id), 1, 'THB', 10, now() FROM delivery_courier
"""
# What was delivered long ago is paid in at the counter; the last two hundred are in the couriers' pockets.
_DELIVERIES = f"""
INSERT INTO delivery_delivery (order_id, provider_id, only_for_id, state, state_at, courier_id,
    assignment_number, due_at, closed_at, collected, hand_in_id, link_token, link_until, created_at)
SELECT o.id, 1, CASE WHEN o.channel = 'web' THEN NULL ELSE o.created_by_id END, s.state, o.placed_at,
    (SELECT min(id) FROM delivery_courier) + (o.id / 50) %% {COURIERS}, o.id,
    CASE WHEN s.state = 'delivered' THEN o.placed_at
         ELSE now() + ((o.id * 7919 %% 48) - 20) * interval '1 hour' END,
    CASE WHEN s.state = 'delivered' THEN o.placed_at + interval '2 hours' END,
    CASE WHEN s.state = 'delivered' THEN o.total END,
    CASE WHEN s.state = 'delivered' AND o.id < %(count)s * 0.998 - 2000
         THEN (SELECT max(id) FROM delivery_handin) END,
    NULL, NULL, o.placed_at
FROM orders_order o
CROSS JOIN LATERAL (SELECT CASE WHEN o.id %% 10 = 3 THEN 'delivered'
    ELSE (ARRAY['assigned', 'picked_up', 'on_the_way', 'failed'])[1 + o.id / 50 %% 4] END AS state) s
WHERE (o.id %% 50 = 1 AND o.id > %(count)s - 10000) OR (o.id %% 10 = 3 AND o.id <= %(count)s * 0.998)
"""
_ASSIGNMENTS = """
INSERT INTO delivery_assignment (id, delivery_id, courier_id, by_id, at)
SELECT assignment_number, id, courier_id, 10, created_at FROM delivery_delivery
"""
_ADDRESSES = "UPDATE orders_order SET delivery_address = '12 Charoen Krung' WHERE id %% 50 IN (1, 11, 3)"


def fill(connection: Connection, count: int) -> None:
    """A tenth as many deliveries as the shop's `count` orders, which must be there already."""
    for statement in (_COURIERS, _HAND_IN, _ADDRESSES, _DELIVERIES, _ASSIGNMENTS):
        connection.execute(statement, {"count": count})
    connection.execute(
        "SELECT setval(pg_get_serial_sequence('delivery_assignment', 'id'), max(id)) FROM delivery_assignment"
    )
    connection.execute("VACUUM ANALYZE")
