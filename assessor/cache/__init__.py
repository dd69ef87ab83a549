"""What was worked out before, kept in the user's cache folder by the content that it was worked out from.

It knows no facts: keys and values are bytes to the store, and a codec turns one type of frozen values into bytes. A
cache that is absent, full, locked, damaged or of another version makes an audit slower and never changes its answer.
"""
