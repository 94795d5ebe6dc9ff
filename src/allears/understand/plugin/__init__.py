"""A model outside the house, spoken to by OpenAI's protocol: off by default, masked texts only, with a cap on its cost."""
