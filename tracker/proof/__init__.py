"""What can be proven about the log: signed checkpoints, and official results as signed bundles."""
