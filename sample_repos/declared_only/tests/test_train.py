from src import train


def test_train():
    assert True


def test_accuracy():
    # assert accuracy > 0.95
    pass


def test_import():
    train
