"""Readers that turn annotated corpora into documents, and documents into model inputs."""
