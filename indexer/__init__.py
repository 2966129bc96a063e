"""Find the news: documents, queries and the engines that answer them."""
