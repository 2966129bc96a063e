"""What runs: crawl, desk and serve, which meet only in the record, and the one that starts them."""
