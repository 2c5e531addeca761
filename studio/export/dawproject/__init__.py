"""DAWproject 1.0: a whole project for the DAWs that agreed on one format."""
