"""The shape of the tutorial's network: 784 → 256 → LeakyReLU(0.1) → 10."""

from mnist_core.data import CLASSES, PIXELS

HIDDEN = 256  # units of the hidden layer
SLOPE = 0.1  # LeakyReLU's, below zero
PARAMETERS = HIDDEN * (PIXELS + 1) + CLASSES * (HIDDEN + 1)
