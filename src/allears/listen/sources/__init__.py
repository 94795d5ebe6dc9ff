"""Pull sources: what fetches voices, events and customers from where a company keeps them, on a schedule."""
