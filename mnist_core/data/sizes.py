"""How many digits MNIST has, and how large they are."""

TRAINING_DIGITS = 60_000
TEST_DIGITS = 10_000
SIDE = 28  # pixels
PIXELS = SIDE * SIDE
CLASSES = 10
