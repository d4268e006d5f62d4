"""What comes back from the provider: delivery reports, replies and key presses, each signed, each kept once."""
