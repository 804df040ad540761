"""Short track in pure functions: decide, evolve, fold."""
