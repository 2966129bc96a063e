"""Backup and restore: the whole record in one file, the same for SQLite and PostgreSQL."""
