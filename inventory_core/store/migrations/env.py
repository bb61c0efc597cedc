"""Runs the migrations on the connection that `store.engine` hands over, inside its transaction."""

from alembic import context

from inventory_core.store.rows import BOOK

context.configure(
    connection=context.config.attributes["connection"], target_metadata=BOOK, transactional_ddl=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
