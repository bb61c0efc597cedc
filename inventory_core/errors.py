"""The back office's errors.

    LedgerError
     +- UnknownSku            unknown_sku            the catalogue has no such product
     +- UnknownLocation       unknown_location       the book has no such place
     +- DuplicateSku          duplicate_sku
     +- DuplicateLocation     duplicate_location
     +- BadCheckCharacter     bad_check_character    a GTIN or house code whose check character is wrong
     +- BadSign               bad_sign               a sale that adds, a receipt that takes
     +- GiftWithoutOrder      gift_without_order     a gift that cites no order
     +- InsufficientStock     insufficient_stock     the movement would take the location below zero
     +- UnknownOrder          not_found              no such reservation or adjustment order
     +- BadRow                bad_row                a row of an import that cannot be taken
     +- BadTable              bad_table              a file whose columns are not the template's
     +- BadValue              bad_value              a value refused at birth (a count below zero, a time without a zone)
     +- StoreError            store_error            the book cannot be opened or used, or is too new
     |   +- DiskFull          disk_full              no room for the book: nothing was written
     |   +- Damaged           book_damaged           the book is not what was written; it is kept as it is
     +- IdempotencyReused     idempotency_key_reused
     +- DuplicateMovement     duplicate_movement     the id is taken by a movement with other content
     +- AlreadyResolved       already_resolved       a second decision on what was decided, or is no longer open
     +- PhotoRequired         photo_required         an adjustment or a check without a photo
     +- SelfApproval          self_approval          the person who asked may not be the one who agrees
     +- ServiceAccount        service_account        an account that nobody sits at may not decide
     +- OrderHeld             order_held             an adjustment that is held must be overridden first
     +- ReturnWithoutSale     return_without_sale    a return of something that was not sold under that reference
     +- ReturnExceedsSale     return_exceeds_sale    more comes back than was sold
"""

from inventory_core.messages import Told


class LedgerError(Told):
    """Base of everything that the back office refuses."""

    code = "ledger_error"


class UnknownSku(LedgerError):
    code = "unknown_sku"


class UnknownLocation(LedgerError):
    code = "unknown_location"


class DuplicateSku(LedgerError):
    code = "duplicate_sku"


class DuplicateLocation(LedgerError):
    code = "duplicate_location"


class BadCheckCharacter(LedgerError):
    code = "bad_check_character"


class BadSign(LedgerError):
    code = "bad_sign"


class GiftWithoutOrder(LedgerError):
    code = "gift_without_order"


class InsufficientStock(LedgerError):
    code = "insufficient_stock"


class UnknownOrder(LedgerError):
    code = "not_found"


class BadRow(LedgerError):
    code = "bad_row"


class BadTable(LedgerError):
    code = "bad_table"


class BadValue(LedgerError, ValueError):
    code = "bad_value"


class StoreError(LedgerError):
    code = "store_error"


class DiskFull(StoreError):
    code = "disk_full"


class Damaged(StoreError):
    code = "book_damaged"


class IdempotencyReused(LedgerError):
    code = "idempotency_key_reused"


class DuplicateMovement(LedgerError):
    code = "duplicate_movement"


class AlreadyResolved(LedgerError):
    code = "already_resolved"


class PhotoRequired(LedgerError):
    code = "photo_required"


class SelfApproval(LedgerError):
    code = "self_approval"


class ServiceAccount(LedgerError):
    code = "service_account"


class OrderHeld(LedgerError):
    code = "order_held"


class ReturnWithoutSale(LedgerError):
    code = "return_without_sale"


class ReturnExceedsSale(LedgerError):
    code = "return_exceeds_sale"
