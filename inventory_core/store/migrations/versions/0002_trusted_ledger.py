"""The trusted ledger: movements in a hash chain, balances and snapshots kept ready, events, outbox, and the orders that lead
to movements. Movements of an older book are chained in the order in which it took them.

It is long because each table is written out as it was made in this form, whatever becomes of the rows later.

Revision: 0002
"""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from alembic import op

from inventory_core.chain import GENESIS, seal
from inventory_core.store.migrations.dialects import execute, many, rows

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

EVERY = 64
LATE_AFTER = timedelta(hours=1)

TABLES = (
    """
    CREATE TABLE movement (
        seq INTEGER NOT NULL,
        id TEXT NOT NULL,
        sku TEXT NOT NULL,
        location TEXT NOT NULL,
        units INTEGER NOT NULL,
        kind TEXT NOT NULL,
        effective_at TEXT NOT NULL,
        recorded_at TEXT NOT NULL,
        source TEXT NOT NULL,
        device TEXT NOT NULL,
        trace TEXT NOT NULL,
        ref_id TEXT NOT NULL,
        cites TEXT,
        late INTEGER NOT NULL,
        hash BLOB NOT NULL,
        PRIMARY KEY (seq),
        CONSTRAINT ck_movement_units CHECK (units <> 0),
        CONSTRAINT ck_movement_adds CHECK (kind NOT IN ('receipt', 'return') OR units > 0),
        CONSTRAINT ck_movement_takes CHECK (kind NOT IN ('sale', 'gift') OR units < 0),
        CONSTRAINT ck_movement_gift_cites CHECK (kind <> 'gift' OR coalesce(length(cites), 0) > 0),
        CONSTRAINT ck_movement_late CHECK (late IN (0, 1)),
        UNIQUE (id),
        FOREIGN KEY(sku) REFERENCES product (sku),
        FOREIGN KEY(location) REFERENCES location (id)
    ) STRICT
    """,
    "CREATE INDEX ix_movement_account ON movement (sku, location, effective_at, units, recorded_at, late)",
    "CREATE INDEX ix_movement_cites ON movement (cites, sku, kind, units) WHERE cites IS NOT NULL",
    "CREATE INDEX ix_movement_effective ON movement (effective_at)",
    "CREATE INDEX ix_movement_late ON movement (sku, location, recorded_at, effective_at, units) WHERE late = 1",
    "CREATE INDEX ix_movement_adjusted ON movement (effective_at) WHERE kind = 'adjustment'",
    "CREATE INDEX ix_movement_recorded ON movement (recorded_at)",
    "CREATE INDEX ix_movement_ref ON movement (ref_id, sku, kind, units)",
    """
    CREATE TABLE balance (
        sku TEXT NOT NULL,
        location TEXT NOT NULL,
        units INTEGER NOT NULL,
        movements INTEGER NOT NULL,
        last_effective_at TEXT NOT NULL,
        reserved INTEGER NOT NULL,
        PRIMARY KEY (sku, location),
        CONSTRAINT ck_balance_counts CHECK (movements >= 0 AND reserved >= 0),
        FOREIGN KEY(sku) REFERENCES product (sku),
        FOREIGN KEY(location) REFERENCES location (id)
    ) WITHOUT ROWID, STRICT
    """,
    """
    CREATE TABLE account_snapshot (
        sku TEXT NOT NULL,
        location TEXT NOT NULL,
        effective_at TEXT NOT NULL,
        units INTEGER NOT NULL,
        PRIMARY KEY (sku, location, effective_at)
    ) WITHOUT ROWID, STRICT
    """,
    """
    CREATE TABLE outbox (
        seq INTEGER NOT NULL,
        topic TEXT NOT NULL,
        subject TEXT NOT NULL,
        payload TEXT NOT NULL,
        at TEXT NOT NULL,
        delivered_at TEXT,
        PRIMARY KEY (seq)
    ) STRICT
    """,
    "CREATE INDEX ix_outbox_waiting ON outbox (seq) WHERE delivered_at IS NULL",
    """
    CREATE TABLE event (
        seq INTEGER NOT NULL,
        at TEXT NOT NULL,
        actor TEXT NOT NULL,
        device TEXT NOT NULL,
        trace TEXT NOT NULL,
        action TEXT NOT NULL,
        outcome TEXT NOT NULL,
        code TEXT,
        sku TEXT,
        location TEXT,
        subject TEXT,
        detail TEXT NOT NULL,
        hash BLOB NOT NULL,
        PRIMARY KEY (seq),
        CONSTRAINT ck_event_outcome CHECK (outcome IN ('done', 'refused', 'held', 'flagged'))
    ) STRICT
    """,
    "CREATE INDEX ix_event_action ON event (action, seq)",
    "CREATE INDEX ix_event_at ON event (at)",
    """
    CREATE TABLE reservation (
        id TEXT NOT NULL,
        sku TEXT NOT NULL,
        location TEXT NOT NULL,
        units INTEGER NOT NULL,
        ref_id TEXT NOT NULL,
        actor TEXT NOT NULL,
        device TEXT NOT NULL,
        trace TEXT NOT NULL,
        created_at TEXT NOT NULL,
        expires_at TEXT NOT NULL,
        due_s REAL NOT NULL,
        state TEXT NOT NULL,
        resolved_at TEXT,
        resolved_by TEXT,
        movement TEXT,
        PRIMARY KEY (id),
        CONSTRAINT ck_reservation_units CHECK (units > 0),
        CONSTRAINT ck_reservation_state CHECK (state IN ('pending', 'posted', 'voided', 'expired')),
        FOREIGN KEY(sku) REFERENCES product (sku),
        FOREIGN KEY(location) REFERENCES location (id)
    ) STRICT
    """,
    "CREATE INDEX ix_reservation_due ON reservation (due_s) WHERE state = 'pending'",
    """
    CREATE TABLE adjustment (
        id TEXT NOT NULL,
        sku TEXT NOT NULL,
        location TEXT NOT NULL,
        units INTEGER NOT NULL,
        reason TEXT NOT NULL,
        ref_id TEXT NOT NULL,
        actor TEXT NOT NULL,
        device TEXT NOT NULL,
        trace TEXT NOT NULL,
        created_at TEXT NOT NULL,
        state TEXT NOT NULL,
        held TEXT NOT NULL,
        photos TEXT NOT NULL,
        decided_by TEXT,
        decided_at TEXT,
        overridden_by TEXT,
        override_reason TEXT,
        overridden_at TEXT,
        movement TEXT,
        PRIMARY KEY (id),
        CONSTRAINT ck_adjustment_units CHECK (units <> 0),
        CONSTRAINT ck_adjustment_state CHECK (state IN ('draft', 'waiting', 'held', 'approved', 'rejected')),
        FOREIGN KEY(sku) REFERENCES product (sku),
        FOREIGN KEY(location) REFERENCES location (id)
    ) STRICT
    """,
    "CREATE INDEX ix_adjustment_created ON adjustment (created_at, id)",
    """
    CREATE TABLE shift_report (
        shift TEXT NOT NULL,
        kind TEXT NOT NULL,
        known_at TEXT NOT NULL,
        business_date TEXT NOT NULL,
        starts_at TEXT NOT NULL,
        ends_at TEXT NOT NULL,
        chain_seq INTEGER NOT NULL,
        chain_hash TEXT NOT NULL,
        highlighted INTEGER NOT NULL,
        document TEXT NOT NULL,
        PRIMARY KEY (shift, kind, known_at),
        CONSTRAINT ck_shift_report_kind CHECK (kind IN ('preview', 'close', 'restated'))
    ) STRICT
    """,
    "CREATE INDEX ix_shift_report_ended ON shift_report (ends_at)",
    "CREATE INDEX ix_refused_posting_recorded ON refused_posting (recorded_at)",
    "CREATE INDEX ix_reply_at ON reply (at)",
    """
    CREATE TABLE spot_item (
        business_date TEXT NOT NULL,
        movement TEXT NOT NULL,
        place INTEGER NOT NULL,
        state TEXT NOT NULL,
        photo TEXT,
        actor TEXT,
        at TEXT,
        note TEXT,
        PRIMARY KEY (business_date, movement),
        CONSTRAINT ck_spot_item_state CHECK (state IN ('open', 'confirmed', 'refuted')),
        FOREIGN KEY(movement) REFERENCES movement (id)
    ) STRICT
    """,
    """
    CREATE TABLE clock_mark (
        host TEXT NOT NULL,
        document TEXT NOT NULL,
        PRIMARY KEY (host)
    ) STRICT
    """,
)

NEVER_EDITED = ("movement", "event")
OLD = "id, sku, location, units, kind, effective_at, recorded_at, source, ref_id, cites"
NEW = "seq, id, sku, location, units, kind, effective_at, recorded_at, source, device, trace, ref_id, cites, late, hash"


def upgrade() -> None:
    old = rows(op, f"SELECT {OLD} FROM movement ORDER BY seq")
    execute(op, "DROP TABLE movement")
    for statement in TABLES:
        execute(op, statement)
    many(op, f"INSERT INTO movement ({NEW}) VALUES ({', '.join('?' * 15)})", _chained(old))
    _balances(old)
    for table in NEVER_EDITED:
        _guard(table)


def _chained(old: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    chained, previous = [], GENESIS
    for seq, (id, sku, location, units, kind, effective_at, recorded_at, source, ref_id, cites) in enumerate(old, 1):
        fields = (seq, id, sku, location, units, kind, effective_at, recorded_at, source, "-", "-", ref_id, cites)
        previous = seal(previous, fields)
        late = datetime.fromisoformat(recorded_at) - datetime.fromisoformat(effective_at) > LATE_AFTER
        chained.append((*fields, int(late), previous))
    return chained


def _balances(old: list[tuple[Any, ...]]) -> None:
    accounts = defaultdict(list)
    for _, sku, location, units, _, effective_at, *_ in old:
        accounts[sku, location].append((effective_at, units))
    for (sku, location), moved in accounts.items():
        moved.sort()
        execute(op, "INSERT INTO balance VALUES (?, ?, ?, ?, ?, 0)",
                sku, location, sum(units for _, units in moved), len(moved), moved[-1][0])
        marks = {moved[n][0] for n in range(EVERY - 1, len(moved), EVERY)}
        many(op, "INSERT INTO account_snapshot VALUES (?, ?, ?, ?)", [
            (sku, location, mark, sum(units for at, units in moved if at <= mark)) for mark in sorted(marks)])


def _guard(table: str) -> None:
    name = {"movement": "a movement", "event": "an event"}[table]
    if op.get_bind().dialect.name == "sqlite":
        for verb, done in (("UPDATE", "edited"), ("DELETE", "deleted")):
            execute(op, f"CREATE TRIGGER {table}_never_{done} BEFORE {verb} ON {table} "
                        f"BEGIN SELECT raise(ABORT, '{name} is never {done}; post a correcting one'); END")
        return
    execute(op, f"CREATE FUNCTION {table}_never_edited() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                f"RAISE EXCEPTION '{name} is never edited or deleted; post a correcting one' "
                f"USING ERRCODE = 'integrity_constraint_violation'; END $$")
    execute(op, f"CREATE TRIGGER {table}_never_edited BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
                f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_never_edited()")
