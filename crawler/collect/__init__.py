"""Collecting: places where many things lie until they are fetched, a mailbox or a remote folder.

Each place says what it has that was not taken yet, and brings it; what that is, its bytes tell, as
of everything else. People may read it there too: nothing is changed.
"""
