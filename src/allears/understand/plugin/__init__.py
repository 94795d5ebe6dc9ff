"""A model outside the house, by OpenAI's protocol: off by default, masked texts only, with a cap on its cost."""
