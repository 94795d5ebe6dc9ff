# as: src/allears/respond/routing.py
def best_owner(case):
    return case
