"""Which procedures, at which dose, which side, when: the rules among them, and plans as files."""
