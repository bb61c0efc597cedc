"""The book on disk: SQLModel tables over SQLite; the only part of the back office that speaks SQL."""
