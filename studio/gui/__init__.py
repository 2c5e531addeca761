"""The window. Qt lives here alone; torch never: what is heavy is asked of the worker."""
