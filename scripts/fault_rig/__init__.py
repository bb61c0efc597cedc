"""Breaks the ledger's machine on purpose and looks at what is left of the book.

    python -m scripts.fault_rig kill    # kill -9 while several threads write
    python -m scripts.fault_rig cut     # the power goes: whatever was not synced may be gone, in pieces
    python -m scripts.fault_rig fsync   # every nth fsync fails
    python -m scripts.fault_rig full    # the disk is full, then it is not

Each scenario runs the product's own writer in a process of its own (`writer`), which notes what it asked and what was
acknowledged; `verdict` opens the book again as the product does and holds it against these notes. Movements are made from
their number alone (`workload`). `power_cut.c` sits between that process and libc; `trace` reads its record and `disk` plays
it as a disk without power would have kept it.
"""
