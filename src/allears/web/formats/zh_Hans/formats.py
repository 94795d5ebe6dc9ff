"""Digits stand in threes, as in every Chinese report; Django sets them in fours."""

NUMBER_GROUPING = 3
THOUSAND_SEPARATOR = ","
