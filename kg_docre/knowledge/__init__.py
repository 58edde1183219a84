"""What is known of facts beside the model: what stands beside names, and what excludes what."""
