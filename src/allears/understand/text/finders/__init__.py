"""Find personal data in a text: one module for each family, each yielding `Found`."""
