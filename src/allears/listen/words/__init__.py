"""Search in what customers say: an index of words in the operational store, kept up behind the writers."""
