"""Which picture of the camera was counted.

Revision: 0004
"""

from alembic import op

from inventory_core.store.migrations.dialects import execute

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    execute(op, "ALTER TABLE capture ADD COLUMN frame INTEGER")
