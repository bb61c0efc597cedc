"""Returns and transfers in a book."""

from dataclasses import replace

from inventory_core.errors import BadValue
from inventory_core.ledger import MovementKind
from inventory_core.ports import Book
from inventory_core.postings import Posting
from inventory_core.returns import Transfer, check_return, transfer_legs
from inventory_core.service import Posted, Poster, need_location, need_product, post_movement


def post_return(book: Book, posting: Posting, sale_ref_id: str) -> Posted:
    """Goods that come back from the sale `sale_ref_id`. The posting's kind and citation are made those of a return.

    Raises UnknownSku, UnknownLocation, ReturnWithoutSale, ReturnExceedsSale, BadValue.
    """
    need_product(book, posting.sku)
    need_location(book, posting.location)
    if not sale_ref_id.strip():
        raise BadValue("{field} is empty", field="sale_ref_id")
    movement = replace(posting, kind=MovementKind.RETURN, cites=sale_ref_id).movement()
    if book.movement(movement.id) is None:  # the same return again is not one more
        sold, returned = book.sold(posting.sku, sale_ref_id), book.returned(posting.sku, sale_ref_id)
        check_return(posting.units, sold, returned, sale_ref_id)
    return post_movement(book, movement)


def post_transfer(book: Book, transfer: Transfer) -> tuple[Posted, Posted]:
    """What left and what arrived, both or none. Raises UnknownSku, UnknownLocation, InsufficientStock, BadValue."""
    need_location(book, transfer.destination)
    poster = Poster(book)
    left, arrived = transfer_legs(transfer)
    return poster.post(left), poster.post(arrived)
