"""A package, so that what these tests share ends with them: the driver's event loop forbids others.

A worker that has run a browser test could not run another's `asyncio.run` for as long as it lived.
"""
