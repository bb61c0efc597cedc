"""The first book: all tables, and the triggers that let nobody edit a movement.

Revision: 0001
"""

from alembic import op

from inventory_core.store.migrations.dialects import execute

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = (
    """
    CREATE TABLE product (
        sku TEXT NOT NULL,
        name TEXT NOT NULL,
        name_en TEXT NOT NULL,
        gtin TEXT,
        price TEXT,
        safety_stock INTEGER NOT NULL,
        PRIMARY KEY (sku),
        CONSTRAINT ck_product_safety_stock CHECK (safety_stock >= 0)
    ) STRICT
    """,
    """
    CREATE TABLE location (
        id TEXT NOT NULL,
        kind TEXT NOT NULL,
        allow_negative INTEGER NOT NULL,
        PRIMARY KEY (id),
        CONSTRAINT ck_location_kind CHECK (kind IN ('shelf', 'back_room', 'transit')),
        CONSTRAINT ck_location_allow_negative CHECK (allow_negative IN (0, 1))
    ) STRICT
    """,
    """
    CREATE TABLE slot (
        location TEXT NOT NULL,
        shelf TEXT NOT NULL,
        sku TEXT NOT NULL,
        facings INTEGER NOT NULL,
        depth INTEGER NOT NULL,
        PRIMARY KEY (location, shelf, sku),
        CONSTRAINT ck_slot_places CHECK (facings >= 1 AND depth >= 1),
        FOREIGN KEY(location) REFERENCES location (id),
        FOREIGN KEY(sku) REFERENCES product (sku)
    ) STRICT
    """,
    """
    CREATE TABLE movement (
        seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL,
        sku TEXT NOT NULL,
        location TEXT NOT NULL,
        units INTEGER NOT NULL,
        kind TEXT NOT NULL,
        effective_at TEXT NOT NULL,
        recorded_at TEXT NOT NULL,
        source TEXT NOT NULL,
        ref_id TEXT NOT NULL,
        cites TEXT,
        CONSTRAINT ck_movement_units CHECK (units <> 0),
        CONSTRAINT ck_movement_adds CHECK (kind NOT IN ('receipt', 'return') OR units > 0),
        CONSTRAINT ck_movement_takes CHECK (kind NOT IN ('sale', 'gift') OR units < 0),
        CONSTRAINT ck_movement_gift_cites CHECK (kind <> 'gift' OR coalesce(length(cites), 0) > 0),
        UNIQUE (id),
        FOREIGN KEY(sku) REFERENCES product (sku),
        FOREIGN KEY(location) REFERENCES location (id)
    ) STRICT
    """,
    "CREATE INDEX ix_movement_sku_effective ON movement (sku, effective_at, location, recorded_at, units)",
    """
    CREATE TABLE capture (
        id TEXT NOT NULL,
        location TEXT NOT NULL,
        captured_at TEXT NOT NULL,
        status TEXT NOT NULL,
        reasons TEXT NOT NULL,
        shelves_seen TEXT NOT NULL,
        coverage REAL NOT NULL,
        camera TEXT,
        detector TEXT NOT NULL,
        embedder TEXT,
        gallery TEXT,
        calibration TEXT,
        evidence TEXT,
        PRIMARY KEY (id),
        CONSTRAINT ck_capture_status CHECK (status IN ('counted', 'partly', 'cannot_see')),
        CONSTRAINT ck_capture_coverage CHECK (coverage BETWEEN 0 AND 1),
        FOREIGN KEY(location) REFERENCES location (id)
    ) STRICT
    """,
    "CREATE INDEX ix_capture_location_at ON capture (location, captured_at)",
    """
    CREATE TABLE shelf_count (
        capture TEXT NOT NULL,
        place INTEGER NOT NULL,
        shelf TEXT NOT NULL,
        sku TEXT,
        low INTEGER NOT NULL,
        best INTEGER NOT NULL,
        high INTEGER NOT NULL,
        PRIMARY KEY (capture, place),
        CONSTRAINT ck_shelf_count_facings CHECK (0 <= low AND low <= best AND best <= high),
        FOREIGN KEY(capture) REFERENCES capture (id)
    ) STRICT
    """,
    """
    CREATE TABLE refused_posting (
        id TEXT NOT NULL,
        given_id TEXT,
        sku TEXT NOT NULL,
        location TEXT NOT NULL,
        units INTEGER NOT NULL,
        kind TEXT NOT NULL,
        effective_at TEXT NOT NULL,
        recorded_at TEXT NOT NULL,
        source TEXT NOT NULL,
        ref_id TEXT NOT NULL,
        cites TEXT,
        code TEXT NOT NULL,
        why TEXT NOT NULL,
        PRIMARY KEY (id)
    ) STRICT
    """,
    """
    CREATE TABLE look_alike (
        a TEXT NOT NULL,
        b TEXT NOT NULL,
        PRIMARY KEY (a, b),
        CONSTRAINT ck_look_alike_order CHECK (a < b)
    ) STRICT
    """,
    """
    CREATE TABLE report (
        id TEXT NOT NULL,
        as_of TEXT NOT NULL,
        known_at TEXT NOT NULL,
        document TEXT NOT NULL,
        PRIMARY KEY (id)
    ) STRICT
    """,
    """
    CREATE TABLE reply (
        actor TEXT NOT NULL,
        "key" TEXT NOT NULL,
        body_sha256 TEXT NOT NULL,
        status INTEGER NOT NULL,
        body TEXT NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (actor, "key")
    ) STRICT
    """,
    """
    CREATE TABLE api_token (
        key_sha256 TEXT NOT NULL,
        name TEXT NOT NULL,
        role TEXT NOT NULL,
        created_at TEXT NOT NULL,
        revoked_at TEXT,
        PRIMARY KEY (key_sha256),
        CONSTRAINT ck_api_token_role CHECK (role IN ('admin', 'staff', 'till', 'bi', 'camera'))
    ) STRICT
    """,
)

TRIGGERS = (
    """
    CREATE TRIGGER movement_never_edited BEFORE UPDATE ON movement
    BEGIN SELECT raise(ABORT, 'a movement is never edited; post a correcting one'); END
    """,
    """
    CREATE TRIGGER movement_never_deleted BEFORE DELETE ON movement
    BEGIN SELECT raise(ABORT, 'a movement is never deleted; post a correcting one'); END
    """,
)

FIRST_SHELF = "INSERT INTO location (id, kind, allow_negative) VALUES ('shelf-1', 'shelf', 0)"


def upgrade() -> None:
    triggers = TRIGGERS if op.get_bind().dialect.name == "sqlite" else ()  # the next form brings those of PostgreSQL
    for statement in (*TABLES, *triggers, FIRST_SHELF):
        execute(op, statement)
