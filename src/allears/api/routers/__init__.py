"""One module for each domain, each with its ``router``."""
