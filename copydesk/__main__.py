"""``python -m copydesk``."""

from copydesk.entry import main

if __name__ == "__main__":
    main()
