"""The door in: stores each request body as one row of the intake log and answers after the commit.

It stands before Django and takes as little as it can: key, size, JSON. What the events mean is the consumer's matter.
"""
