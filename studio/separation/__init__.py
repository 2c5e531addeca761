"""Song to stems: the engine contract, the stream every engine shares, and the exact sum."""
