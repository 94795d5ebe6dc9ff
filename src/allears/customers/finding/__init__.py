"""Finding a customer by any part of a name, an address or a number (docs/decisions/0025)."""
