"""The live feed without a socket: topics, viewers, conversations."""
