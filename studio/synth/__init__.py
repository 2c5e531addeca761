"""Takes to sound, by the one fixed voice and kit that scores and ears use."""
