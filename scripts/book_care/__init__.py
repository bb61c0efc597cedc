"""Damages books in every way that a disk, a hand or a kill can, and looks at what the program makes of them.

    python -m scripts.book_care edits        # one byte of a row of the ledger: `ledger verify` names the row
    python -m scripts.book_care corruptions  # 512 B to 64 KB of noise anywhere: opened read-only, or not at all
    python -m scripts.book_care migrations   # killed while a book is brought to a newer form
    python -m scripts.book_care reader       # a reader that stays open while others write: the log stays small
    python -m scripts.book_care restore      # how long it takes to bring back a book of 1 GB
"""
