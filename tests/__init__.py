"""Everything that must hold, in tiers by directory."""
