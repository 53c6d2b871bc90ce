from __future__ import annotations

import numpy as np
import torch

from mnist_core.show import pictures


def test_enlarged_pixels_are_crisp_squares(mnist):
    image = mnist.train.images[0]
    picture = pictures.enlarged(image, 3)
    assert picture.shape == (84, 84, 3)
    assert np.array_equal(picture[::3, ::3, 0], image.numpy())
    assert np.array_equal(picture[1::3, 2::3, 2], image.numpy())


def test_only_the_marked_row_is_framed(mnist):
    image = mnist.train.images[0]
    plain, marked = pictures.enlarged(image, 10), pictures.enlarged(image, 10, marked_row=6)
    differs = (plain != marked).any(axis=(1, 2)).nonzero()[0]
    assert (differs.min(), differs.max()) == (60, 69)


def test_a_sheet_holds_the_images_side_by_side(mnist):
    images = mnist.train.images[:5]
    sheet = pictures.sheet(images)
    assert sheet.shape == (28, 140)
    assert np.array_equal(sheet[:, 28:56], images[1].numpy())


def test_values_of_either_sign_are_white_and_black_about_a_grey_0():
    values = torch.tensor([[-1.0, 0.0], [0.5, 2.0]])
    assert pictures.signed(values).tolist() == [[64, 128], [159, 255]]
    assert pictures.signed(torch.zeros(2, 2)).tolist() == [[128, 128], [128, 128]]
