"""Which mentions of a document name the same thing: by rules over names, and by a model that also reads the text."""
