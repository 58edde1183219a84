"""The spaCy face of kg-docre: the pipeline components ``docre`` and ``entity_clusters``."""
