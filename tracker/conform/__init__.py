"""Published results against what the same facts come to here."""
