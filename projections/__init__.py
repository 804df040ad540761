"""Read models: everything that can be thrown away and rebuilt."""
