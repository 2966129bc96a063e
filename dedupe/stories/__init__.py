"""Stories: all reports of one happening, found as they arrive."""
