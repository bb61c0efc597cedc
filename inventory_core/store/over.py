"""What all parts of a book in SQL stand on: one connection, asked through SQLAlchemy or through the driver."""

import sqlalchemy as sa

from inventory_core.store.statements import Statements


class OverConnection:
    """Over a connection whose transaction `store.blocks` began."""

    def __init__(self, connection: sa.Connection) -> None:
        self._sql = connection
        self.do = Statements(connection)
