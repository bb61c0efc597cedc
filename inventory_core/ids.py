"""Names that tell one text from another: a SKU is not a shelf, a shelf is not a location."""

from typing import NewType

Sku = NewType("Sku", str)
"""Stock keeping unit: the code under which a product is kept in the book."""
ShelfId = NewType("ShelfId", str)
"""One shelf of a bay, numbered from the top unless the site names it."""
LocationId = NewType("LocationId", str)
"""A place that holds stock in the ledger: a bay on the shop floor, the back room, goods in transit."""
MovementId = NewType("MovementId", str)
CountId = NewType("CountId", str)
DiscrepancyId = NewType("DiscrepancyId", str)
Actor = NewType("Actor", str)
"""Who wrote: a person or a service account."""
