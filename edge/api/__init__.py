"""The HTTP API: problems, security, schemas and routes."""
