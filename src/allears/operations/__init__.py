"""Running the installation itself: back-ups and restores, upgrades, its own health, its queue."""
