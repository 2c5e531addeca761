"""The child process that runs the pipeline, and how window and terminal ask it.

``client`` is light; ``server`` loads everything. They share only ``messages``.
"""
