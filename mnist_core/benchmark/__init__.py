"""Seconds of training per epoch, this project’s and other libraries’."""
