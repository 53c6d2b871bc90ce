"""Adam's constants (Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2015)."""

BETA_1 = 0.9  # by which its average of the gradient decays
BETA_2 = 0.999  # and its average of the gradient's square
EPSILON = 1e-8  # beside the root of the latter


def step_rates(learning_rate: float, step: int) -> tuple[float, float]:
    """What its averages are multiplied by at the step of that number, from 1.

    learning rate / (1 - β₁^t) for the gradient's, 1 / √(1 - β₂^t) for the root of the square's:
    both begin at 0, which these make up for.
    """
    return learning_rate / (1 - BETA_1**step), (1 - BETA_2**step) ** -0.5
