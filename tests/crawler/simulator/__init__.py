"""Weeks of polling servers that follow a script, in milliseconds."""
