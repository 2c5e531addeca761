"""What torch can run on: what is there, whether it works, why not, how fast, and which to take.

torch is imported inside the functions that need it; an engine for the processor alone is given
its device without it.
"""
