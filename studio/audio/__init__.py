"""Files to samples and back.

``read`` opens any file as blocks, ``decode`` turns it once into the float32 WAV that everything
after it counts its samples in, ``wav`` reads that one at any place, ``write`` makes files whole or
not at all, ``resample`` changes the rate without moving anything.
"""
