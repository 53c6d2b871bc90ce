"""Every batch size at every learning rate with every seed: many runs, on all the cores there are.

sweep = Sweep(plan, Path("sweep.json"))
for outcome in over_processes(sweep.left): sweep.keep(outcome)
sweep.finish()
"""
