"""Forms of the book, one after the other."""
