"""Routes support tickets to teams."""
