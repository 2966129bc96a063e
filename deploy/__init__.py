"""Getting Copydesk onto machines, and what its tests need there."""
