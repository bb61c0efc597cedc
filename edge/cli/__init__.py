"""The commands of `shelfcount`, one module per family; each says what it does in one sentence and refuses clearly."""
