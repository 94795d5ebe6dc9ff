"""How the ways out are set up, what became of what was sent, and whom they must not reach any more."""
