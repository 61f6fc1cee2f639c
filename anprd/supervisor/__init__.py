"""Keep one worker per camera alive, say how they fare, and take new orders without dropping anybody's stream."""
