"""Pages, and the message catalogues of all languages."""
