"""Who may do what: officials, their roles, their devices."""
