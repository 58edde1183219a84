"""Corpora: reading them, and building a fact store from them."""
