"""How a line that Copydesk exported is told from one that others wrote."""

# The field, and what it says: texts are plain, word for word as they were in the record.
FIELD = "format"
OURS = "copydesk/1"
