"""A process with limits for what strangers send."""
