from tickets.features import clean


def test_clean_drops_placeholders_and_space():
    assert clean("Dear <name>,\n my ORDER <number>") == "dear , my order"
