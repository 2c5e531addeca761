"""What is heard: outputs, sounds, the mixing of them, and the player that the window talks to."""
