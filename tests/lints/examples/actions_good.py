# as: src/allears/respond/actions/closing.py
def close_case(*, case, cause):
    return case, cause


def _owner(case):
    return case
