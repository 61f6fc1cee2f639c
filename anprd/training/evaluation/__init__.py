"""How good the networks are: measured through the runtime's own code, told as numbers and as pictures."""
