"""The Dresden weekend of February 2024, skated again through the front door."""
