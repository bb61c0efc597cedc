"""The back office: ledger, counts, planogram and reconciliation; standard library only outside `store/`."""
