# as: src/allears/listen/queries.py
total = count()  # TODO count the archived ones too  # expect: leftover
size: int = measure()  # type: ignore  # expect: leftover


def later():
    raise NotImplementedError  # expect: leftover


@pytest.mark.skip(reason="flaky")  # expect: leftover
def test_later():
    assert later()
