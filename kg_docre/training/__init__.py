"""Training: self-distillation and its ablations, curriculum, exact resume."""
