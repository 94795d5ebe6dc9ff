"""How each language writes days, times and large numbers, where Django's own way misleads."""
