from __future__ import annotations

import numpy as np
import pytest

from mnist_core.data.drawing import like_mnist


@pytest.mark.parametrize(("scale", "top", "left"), [(9, 0, 148), (4, 250, 3), (1, 0, 0)])
def test_a_digit_of_mnists_drawn_larger_and_elsewhere_becomes_itself_again(mnist, scale, top, left):
    for image in mnist.test.images[:100].numpy():
        drawing = np.zeros((400, 400), np.uint8)
        enlarged = image.repeat(scale, axis=0).repeat(scale, axis=1)
        drawing[top : top + 28 * scale, left : left + 28 * scale] = enlarged
        assert np.array_equal(like_mnist(drawing), image)


def test_where_nothing_is_drawn_there_is_no_digit():
    assert like_mnist(np.zeros((280, 280), np.uint8)) is None


@pytest.mark.parametrize("shape", [(1, 1), (280, 1), (3, 200)])
def test_a_dot_or_a_stroke_fills_the_box_in_its_longer_direction(shape):
    drawing = np.zeros((280, 280), np.uint8)
    drawing[: shape[0], : shape[1]] = 255
    digit = like_mnist(drawing)
    assert digit.shape == (28, 28)
    assert max(np.ptp(axis) + 1 for axis in np.nonzero(digit)) == 20


def test_the_centre_of_mass_is_in_the_middle_and_what_is_not_square_stays_so():
    drawing = np.zeros((280, 280), np.uint8)
    drawing[20:120, 200:230] = 200
    digit = like_mnist(drawing)
    rows, columns = np.nonzero(digit)
    assert (np.ptp(rows) + 1, np.ptp(columns) + 1) == (20, 6)
    assert (rows.mean(), columns.mean()) == pytest.approx((14, 14), abs=0.5)
