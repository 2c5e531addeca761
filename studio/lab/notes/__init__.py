"""How well the engines hear notes and drums: what is played to them, and what is measured."""
