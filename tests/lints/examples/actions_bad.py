# as: src/allears/respond/actions.py
def close_case(case, *, cause):  # expect: keyword-only
    return case, cause


async def hand_over(*people):  # expect: keyword-only
    return people
