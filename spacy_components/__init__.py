"""The spaCy face of kg-docre: the components ``paragraphs``, ``mentions``, ``entity_clusters`` and ``docre``."""
