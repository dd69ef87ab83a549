"""What several forms show: words, numbers, links and charts."""
