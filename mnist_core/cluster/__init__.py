"""Training on other computers, over Ray. Nothing of Ray is imported before a cluster is asked for.

It stands beside training/ and not within it: whoever names a cluster's address, the pages and the
command line, need not wait for PyTorch, which only the other end brings.
"""
