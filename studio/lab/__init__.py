"""The lab: corpora that are code, training, evaluation, and weights that ship. [torch]"""
