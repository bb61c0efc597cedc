"""The survey of a bay: what is proposed from its picture, and how the result is kept."""
