"""The update on a CPU: plain loops that numba compiles, and threads that share them."""
