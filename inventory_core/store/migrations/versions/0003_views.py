"""The views for BI (docs/bi.md): what the book says, in the words of its documents, and the boards of the last 30 days.

A later form that makes a table anew drops the views that read it first, and makes them again.

Revision: 0003
"""

from alembic import op

from inventory_core.store.migrations.dialects import execute

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

NOW = {
    "sqlite": "strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000Z'",
    "postgresql": "to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')",
}
THIRTY_DAYS_AGO = {
    "sqlite": "strftime('%Y-%m-%dT%H:%M:%f', 'now', '-30 days') || '000Z'",
    "postgresql": "to_char(now() AT TIME ZONE 'UTC' - interval '720 hours', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')",
}

LAST_DAYS = "BETWEEN :thirty_days_ago AND :now"

STAGE = """
    CASE {0} WHEN 'opening' THEN 'inbound' WHEN 'receipt' THEN 'inbound' WHEN 'gift' THEN 'outbound'
             WHEN 'adjustment' THEN 'adjust' ELSE {0} END
"""

NAMED = """
    CASE WHEN m.{0} IN ('', '-') OR m.{0} = m.id THEN NULL ELSE coalesce(
        (SELECT x.seq FROM movement x WHERE x.id = m.{0} AND x.sku = m.sku),
        (SELECT min(x.seq) FROM movement x WHERE x.ref_id = m.{0} AND x.sku = m.sku AND x.kind <> 'adjustment')) END
"""

SUMS = """
    CAST(coalesce(sum(a.units), 0) AS INTEGER) AS units,
    CAST(coalesce(sum(abs(a.units)), 0) AS INTEGER) AS absolute_units,
    count(a.units) AS adjustments,
    round(sum(a.units * a.price), 4) AS value,
    CAST(coalesce(sum(CASE WHEN a.price IS NULL THEN abs(a.units) ELSE 0 END), 0) AS INTEGER) AS unpriced_units
"""

VIEWS = (
    f"""
    CREATE VIEW v_movement AS
    SELECT m.seq, m.id, m.sku, p.name, m.location, l.kind AS location_kind, m.kind, {STAGE.format("m.kind")} AS stage,
           CASE m.kind WHEN 'sale' THEN 'order_confirm' WHEN 'gift' THEN 'order_confirm' WHEN 'adjustment' THEN 'stock_adjust'
                       WHEN 'transfer' THEN 'stock_move' ELSE 'stock_in' END AS action,
           m.units, m.effective_at, m.recorded_at, m.late, m.source AS actor, m.device, m.trace, m.ref_id, m.cites
    FROM movement m JOIN product p ON p.sku = m.sku JOIN location l ON l.id = m.location
    """,
    """
    CREATE VIEW v_stock AS
    SELECT b.sku, p.name, b.location, l.kind AS location_kind, b.units AS on_hand, b.reserved,
           b.units - b.reserved AS available, p.safety_stock, CAST(p.price AS NUMERIC) AS price,
           round(b.units * CAST(p.price AS NUMERIC), 4) AS value, b.movements
    FROM balance b JOIN product p ON p.sku = b.sku JOIN location l ON l.id = b.location
    """,
    """
    CREATE VIEW v_adjustment AS
    SELECT a.id, a.state, a.sku, p.name, a.location, a.units, a.reason, a.ref_id, a.actor, a.device, a.trace, a.created_at,
           a.held, a.decided_by, a.decided_at, a.overridden_by, a.override_reason, a.overridden_at, a.movement
    FROM adjustment a JOIN product p ON p.sku = a.sku
    """,
    """
    CREATE VIEW v_reservation AS
    SELECT r.id, r.state, r.sku, p.name, r.location, r.units, r.ref_id, r.actor, r.device, r.trace, r.created_at, r.expires_at,
           r.resolved_at, r.resolved_by, r.movement
    FROM reservation r JOIN product p ON p.sku = r.sku
    """,
    """
    CREATE VIEW v_event AS
    SELECT seq, at, actor, device, trace, action, outcome, code, sku, location, subject, detail FROM event
    """,
    f"""
    CREATE VIEW v_correction AS
    SELECT m.seq, m.id, m.sku, m.location, m.units, CAST(p.price AS NUMERIC) AS price, m.source AS operator, m.effective_at,
           m.recorded_at, m.ref_id, m.cites, c.id AS corrects, {STAGE.format("coalesce(c.kind, 'adjustment')")} AS stage
    FROM movement m JOIN product p ON p.sku = m.sku
    LEFT JOIN movement c ON c.seq = coalesce({NAMED.format("cites")}, {NAMED.format("ref_id")})
    WHERE m.kind = 'adjustment'
    """,
    f"""
    CREATE VIEW v_variance_30_days AS
    SELECT a.sku, a.name, {SUMS}
    FROM (SELECT m.sku, p.name, m.units, CAST(p.price AS NUMERIC) AS price
          FROM movement m JOIN product p ON p.sku = m.sku
          WHERE m.kind = 'adjustment' AND m.effective_at {LAST_DAYS}) a
    GROUP BY a.sku, a.name, a.price HAVING abs(sum(a.units)) > 5
    ORDER BY abs(sum(a.units)) DESC, coalesce(a.price, 0) DESC, a.sku LIMIT 10
    """,
    f"""
    CREATE VIEW v_variance_by_stage AS
    SELECT s.stage, {SUMS}, CAST(coalesce(max(t.units), 0) AS INTEGER) AS moved_units,
           CAST(coalesce(max(r.postings), 0) AS INTEGER) AS refused
    FROM (SELECT 1 AS place, 'inbound' AS stage UNION ALL SELECT 2, 'sale' UNION ALL SELECT 3, 'outbound'
          UNION ALL SELECT 4, 'transfer' UNION ALL SELECT 5, 'return' UNION ALL SELECT 6, 'adjust') s
    LEFT JOIN (SELECT stage, units, price FROM v_correction WHERE effective_at {LAST_DAYS}) a ON a.stage = s.stage
    LEFT JOIN (SELECT {STAGE.format("kind")} AS stage, sum(abs(units)) AS units FROM movement
               WHERE effective_at {LAST_DAYS} GROUP BY 1) t ON t.stage = s.stage
    LEFT JOIN (SELECT {STAGE.format("kind")} AS stage, count(*) AS postings FROM refused_posting
               WHERE recorded_at {LAST_DAYS} GROUP BY 1) r ON r.stage = s.stage
    GROUP BY s.place, s.stage ORDER BY s.place
    """,
    f"""
    CREATE VIEW v_variance_by_operator AS
    SELECT a.operator, {SUMS}
    FROM (SELECT operator, units, price FROM v_correction WHERE effective_at {LAST_DAYS}) a
    GROUP BY a.operator ORDER BY sum(abs(a.units)) DESC, a.operator
    """,
    """
    CREATE VIEW v_shift AS
    SELECT shift, business_date, name, starts_at, ends_at, kind, known_at, highlighted, chain_seq
    FROM (SELECT s.shift, s.business_date, substr(s.shift, 12) AS name, s.starts_at, s.ends_at, s.kind, s.known_at,
                 s.highlighted, s.chain_seq, row_number() OVER (
                     PARTITION BY s.shift ORDER BY CASE s.kind WHEN 'restated' THEN 2 WHEN 'close' THEN 1 ELSE 0 END DESC,
                                                   s.chain_seq DESC, s.known_at DESC) AS age
          FROM shift_report s) newest
    WHERE age = 1
    """,
    """
    CREATE VIEW v_spot_check AS
    SELECT s.business_date, s.place, s.movement, m.sku, p.name, m.location, m.kind, m.units, m.effective_at, m.recorded_at,
           m.ref_id, m.source AS posted_by, s.state, s.actor AS checked_by, s.at AS checked_at, s.note, s.photo
    FROM spot_item s JOIN movement m ON m.id = s.movement JOIN product p ON p.sku = m.sku
    """,
)


def upgrade() -> None:
    dialect = op.get_bind().dialect.name
    for view in VIEWS:
        execute(op, view.replace(":thirty_days_ago", THIRTY_DAYS_AGO[dialect]).replace(":now", NOW[dialect]))
