"""What the ledger costs on this machine, beside peers, in interleaved rounds; and 200 terminals after the last 100 units.

    python -m scripts.ledger_bench g6     # durable writes: group commit against one by one, and raw SQLite
    python -m scripts.ledger_bench g7     # stock as of a moment among ten million movements
    python -m scripts.ledger_bench g8     # GET /v2/inventory/check at 200 clients while a till posts
    python -m scripts.ledger_bench t17    # the same question at 50 a second among a million movements
    python -m scripts.ledger_bench t5     # 200 terminals, two servers, one product with 100 in stock
    python -m scripts.ledger_bench all --out bench/ledger.md

Goals are those of the design: G6-G8 of its performance limits, T5 and T17 of its faults. A goal that is not held is a result:
the exit code is 1 only where an answer was wrong (a sale too many, a 5xx, a sum that does not fit).
"""
