"""Where products of the catalogue show themselves in a repository, and which runs lead there. Nothing is rated here."""
