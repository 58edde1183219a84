"""The spaCy face of kg-docre: the pipeline components ``mentions``, ``entity_clusters`` and ``docre``."""
