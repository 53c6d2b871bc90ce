"""The arithmetic of an update, and of a pass without one, in plain loops that numba compiles.

torch does the same in a dozen calls. For a mini-batch of a few digits those take longer than the
arithmetic, for a large one each passes over memory anew; here digits come in portions that stay in
a core's cache. The loops over pixels hold as many sums at once as the processor has registers for,
and read each number once for several of them: that is what decides how fast a matrix product is.

Arrays lie row by row and hold float32, unless it says otherwise. Units are the hidden layer's.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from mnist_core.data import CLASSES, PIXELS
from mnist_core.training.adam import BETA_1, BETA_2, EPSILON
from mnist_core.training.architecture import HIDDEN, PARAMETERS, SLOPE
from mnist_core.training.fast.intrinsics import prefetch

PORTION = 108  # digits
CHUNK_OF_DIGITS = 12
CHUNK_OF_UNITS = 32
MOST_CHUNKS = PORTION // CHUNK_OF_DIGITS

OPTIONS = {
    "nogil": True,
    "error_model": "numpy",
    # Sums may be taken in any order, as every matrix product takes them; NaN stays NaN.
    "fastmath": {"reassoc", "nsz", "contract"},
}
# Only called by each other: without the wrappers for Python they compile in half the time.
compiled = njit(**OPTIONS, no_cpython_wrapper=True, no_cfunc_wrapper=True)

_LINE = 16  # numbers in a line of the cache: a load that straddles two takes twice as long
_WEIGHTS = HIDDEN * PIXELS
_OUTPUT = _WEIGHTS + HIDDEN  # where the output layer's weights begin among the parameters
_OUTPUT_BIAS = _OUTPUT + CLASSES * HIDDEN
PADDED = -(-PARAMETERS // _LINE) * _LINE  # so that each row of a state begins a line
_OTHERS = PADDED - _WEIGHTS  # all parameters but the hidden layer's weights


class Room(NamedTuple):
    """What is kept between the steps of a portion, and means nothing afterwards.

    pixels, active, slopes, logits: of each digit: normalized, (PORTION, 784), after LeakyReLU and
        the loss's slopes before it, (PORTION, 256), and the slopes at the logits, (PORTION, 10).
    gradient: of the hidden layer's weights, (256, 784).
    others, parts: of all the other parameters, and what each chunk of digits adds to that.
    """

    pixels: np.ndarray
    active: np.ndarray
    slopes: np.ndarray
    logits: np.ndarray
    gradient: np.ndarray
    others: np.ndarray
    parts: np.ndarray


_SHAPES = (
    (PORTION, PIXELS),
    (PORTION, HIDDEN),
    (PORTION, HIDDEN),
    (PORTION, CLASSES),
    (HIDDEN, PIXELS),
    (1, _OTHERS),
    (MOST_CHUNKS, _OTHERS),
)
_ENDS = tuple(int(end) for end in np.cumsum([rows * columns for rows, columns in _SHAPES]))
ROOM = _ENDS[-1]  # numbers


def aligned(*shape: int) -> np.ndarray:
    """Zeros, float32, of which the first begins a line of the cache."""
    count = int(np.prod(shape))
    zeros = np.zeros(count + _LINE, np.float32)
    first = -zeros.ctypes.data // zeros.itemsize % _LINE
    return zeros[first : first + count].reshape(shape)


@compiled
def furnish(numbers):
    """The Room in a row of ROOM numbers."""
    a, b, c, d, e, f, g = _ENDS
    return Room(
        numbers[:a].reshape(PORTION, PIXELS),
        numbers[a:b].reshape(PORTION, HIDDEN),
        numbers[b:c].reshape(PORTION, HIDDEN),
        numbers[c:d].reshape(PORTION, CLASSES),
        numbers[d:e].reshape(HIDDEN, PIXELS),
        numbers[e:f],
        numbers[f:g].reshape(MOST_CHUNKS, _OTHERS),
    )


@compiled
def normalize(images, table, indices, first, end, pixels):
    """Normalized pixels, of the images at the indices from `first` on and before `end`.

    table: what each byte becomes.
    """
    for d in range(first, end):
        # In a shuffled order each image lies far from the last: it is asked for before its turn.
        ahead = images[indices[min(d + 2, len(indices) - 1)]]
        for j in range(0, PIXELS, 64):
            prefetch(ahead, j)
        image, row = images[indices[d]], pixels[d]
        for j in range(PIXELS):
            row[j] = table[image[j]]


@compiled
def hidden_sums(parameters, pixels, first, end, out):
    """The hidden layer's sums, without biases, of the units from `first` on and before `end`."""
    weight = parameters[:_WEIGHTS].reshape(HIDDEN, PIXELS)
    digits = len(pixels)
    in_threes = digits - digits % 3
    for u in range(first, end, 4):
        w0, w1, w2, w3 = weight[u], weight[u + 1], weight[u + 2], weight[u + 3]
        for d in range(0, in_threes, 3):
            x, y, z = pixels[d], pixels[d + 1], pixels[d + 2]
            x0 = x1 = x2 = x3 = y0 = y1 = y2 = y3 = z0 = z1 = z2 = z3 = np.float32(0)
            for j in range(PIXELS):
                a, b, c = x[j], y[j], z[j]
                w = w0[j]
                x0, y0, z0 = x0 + w * a, y0 + w * b, z0 + w * c
                w = w1[j]
                x1, y1, z1 = x1 + w * a, y1 + w * b, z1 + w * c
                w = w2[j]
                x2, y2, z2 = x2 + w * a, y2 + w * b, z2 + w * c
                w = w3[j]
                x3, y3, z3 = x3 + w * a, y3 + w * b, z3 + w * c
            out[d, u], out[d, u + 1], out[d, u + 2], out[d, u + 3] = x0, x1, x2, x3
            out[d + 1, u], out[d + 1, u + 1], out[d + 1, u + 2], out[d + 1, u + 3] = y0, y1, y2, y3
            out[d + 2, u], out[d + 2, u + 1], out[d + 2, u + 2], out[d + 2, u + 3] = z0, z1, z2, z3
        for d in range(in_threes, digits):
            x = pixels[d]
            x0 = x1 = x2 = x3 = np.float32(0)
            for j in range(PIXELS):
                a = x[j]
                x0, x1, x2, x3 = x0 + w0[j] * a, x1 + w1[j] * a, x2 + w2[j] * a, x3 + w3[j] * a
            out[d, u], out[d, u + 1], out[d, u + 2], out[d, u + 3] = x0, x1, x2, x3


@compiled
def examine(parameters, labels, active):
    """The digits' summed loss, and how many are labelled right, from the hidden layer's sums."""
    logits = np.empty(CLASSES, np.float32)
    loss, right = 0.0, 0
    for d in range(len(labels)):
        _to_logits(parameters, active[d], logits)
        right += logits.argmax() == labels[d]
        loss += _to_probabilities(logits, labels[d])
    return loss, right


@compiled
def learn(parameters, labels, share, active, slopes, logits, part):
    """The digits' summed loss, and back from it to the slopes of a mini-batch's mean loss.

    share: of a digit in that mean.
    active: the hidden layer's sums; afterwards what LeakyReLU makes of them.
    slopes, logits: become the slopes at those sums, and at the logits.
    part: becomes what these digits add to the gradient of all but the hidden layer's weights.
    """
    part[:] = 0
    hidden_bias, output_bias = part[:HIDDEN], part[(CLASSES + 1) * HIDDEN :]
    loss = 0.0
    for d in range(len(labels)):
        _to_logits(parameters, active[d], logits[d])
        loss += _to_probabilities(logits[d], labels[d])
        logits[d, labels[d]] -= 1
        for k in range(CLASSES):
            logits[d, k] *= share
            output_bias[k] += logits[d, k]
        _back_to_sums(parameters, logits[d], active[d], slopes[d])
        for i in range(HIDDEN):
            hidden_bias[i] += slopes[d, i]
    output_weight = part[HIDDEN : (CLASSES + 1) * HIDDEN].reshape(CLASSES, HIDDEN)
    _add_products(logits, active, 0, CLASSES, output_weight)
    return loss


@compiled
def _to_logits(parameters, active, logits):
    bias, output_bias = parameters[_WEIGHTS:_OUTPUT], parameters[_OUTPUT_BIAS:]
    weight = parameters[_OUTPUT:_OUTPUT_BIAS].reshape(CLASSES, HIDDEN)
    for i in range(HIDDEN):
        before = active[i] + bias[i]
        active[i] = before if before > 0 else np.float32(SLOPE) * before
    for k in range(0, CLASSES, 5):
        w0, w1, w2, w3, w4 = weight[k], weight[k + 1], weight[k + 2], weight[k + 3], weight[k + 4]
        a = b = c = d = e = np.float32(0)
        for i in range(HIDDEN):
            x = active[i]
            a, b, c = a + w0[i] * x, b + w1[i] * x, c + w2[i] * x
            d, e = d + w3[i] * x, e + w4[i] * x
        logits[k], logits[k + 1], logits[k + 2], logits[k + 3], logits[k + 4] = a, b, c, d, e
    for k in range(CLASSES):
        logits[k] += output_bias[k]


@compiled
def _to_probabilities(logits, label):
    """In place; gives the loss, minus the logarithm of the label's."""
    highest = logits[0]
    for k in range(1, CLASSES):
        highest = max(highest, logits[k])
    below = highest - logits[label]
    total = np.float32(0)
    for k in range(CLASSES):
        logits[k] = np.exp(logits[k] - highest)
        total += logits[k]
    for k in range(CLASSES):
        logits[k] /= total
    return np.log(total) + below


@compiled
def _back_to_sums(parameters, logits, active, slopes):
    weight = parameters[_OUTPUT:_OUTPUT_BIAS].reshape(CLASSES, HIDDEN)
    slopes[:] = 0
    for k in range(0, CLASSES, 5):
        w0, w1, w2, w3, w4 = weight[k], weight[k + 1], weight[k + 2], weight[k + 3], weight[k + 4]
        a, b, c, d, e = logits[k], logits[k + 1], logits[k + 2], logits[k + 3], logits[k + 4]
        for i in range(HIDDEN):
            slopes[i] += a * w0[i] + b * w1[i] + c * w2[i] + d * w3[i] + e * w4[i]
    for i in range(HIDDEN):
        slopes[i] *= np.float32(1) if active[i] > 0 else np.float32(SLOPE)


@compiled
def _add_products(slopes, inputs, first, end, gradient):
    """Add to a row of `gradient`, for each digit, its slope there times what it put in.

    From row `first` on and before `end`, an even number of rows.
    """
    digits = len(inputs)
    in_fours = digits - digits % 4
    for d in range(0, in_fours, 4):
        x0, x1, x2, x3 = inputs[d], inputs[d + 1], inputs[d + 2], inputs[d + 3]
        for u in range(first, end, 2):
            a0, a1, a2, a3 = slopes[d, u], slopes[d + 1, u], slopes[d + 2, u], slopes[d + 3, u]
            v = u + 1
            b0, b1, b2, b3 = slopes[d, v], slopes[d + 1, v], slopes[d + 2, v], slopes[d + 3, v]
            g, h = gradient[u], gradient[v]
            for j in range(len(g)):
                p, q, r, s = x0[j], x1[j], x2[j], x3[j]
                g[j] += a0 * p + a1 * q + a2 * r + a3 * s
                h[j] += b0 * p + b1 * q + b2 * r + b3 * s
    for d in range(in_fours, digits):
        x = inputs[d]
        for u in range(first, end):
            slope, g = slopes[d, u], gradient[u]
            for j in range(len(g)):
                g[j] += slope * x[j]


@compiled
def move_hidden_weights(state, rates, slopes, pixels, first, end, gradient, begins, ends):
    """Add a portion's part to the gradient of these units' weights; Adam follows the last portion.

    begins, ends: whether the portion is the mini-batch's first, and its last.
    """
    digits = len(pixels)
    one_digit = begins and ends and digits == 1
    # With few digits two rows stay in the nearest cache until they are done.
    rows = 2 if digits <= 8 else end - first
    for u in range(first, end, rows):
        if begins and not one_digit:
            gradient[u : u + rows] = 0
        if not one_digit:
            _add_products(slopes, pixels, u, u + rows, gradient)
        for v in range(u, u + rows if ends else u):
            factor, row = np.float32(1), gradient[v]
            if one_digit:
                factor, row = slopes[0, v], pixels[0]
            _adam(state, v * PIXELS, rates, factor, row)


@compiled
def move_others(state, rates, parts, others, begins, ends):
    """The same for all parameters but the hidden layer's weights: what each chunk adds to them."""
    if begins:
        others[:] = 0
    for chunk in range(len(parts)):
        for i in range(_OTHERS):
            others[i] += parts[chunk, i]
    if ends:
        _adam(state, _WEIGHTS, rates, np.float32(1), others)


@compiled
def _adam(state, first, rates, factor, row):
    """Move the parameters from `first` on against a gradient of `factor` times a row of numbers.

    state: parameters, and Adam's averages of the gradient and of its square.
    rates: by adam.step_rates.
    """
    end = first + len(row)
    parameters, mean, square = state[0, first:end], state[1, first:end], state[2, first:end]
    rate, inverse_root = rates[0], rates[1]
    for i in range(len(row)):
        gradient = factor * row[i]
        mean[i] = np.float32(BETA_1) * mean[i] + np.float32(1 - BETA_1) * gradient
        square[i] = np.float32(BETA_2) * square[i] + np.float32(1 - BETA_2) * (gradient * gradient)
        root = np.sqrt(square[i]) * inverse_root
        parameters[i] -= rate * mean[i] / (root + np.float32(EPSILON))
