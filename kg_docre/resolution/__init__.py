"""Which entities of a fact store are one real thing."""
