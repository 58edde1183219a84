"""How files and folders end that a graph is written to."""

from __future__ import annotations

__all__ = ["FILES", "FILE_ENDINGS", "FOLDERS", "RDF"]

RDF = (".ttl", ".nt", ".nq", ".trig", ".jsonld")
FILES = (".graphml", ".gexf", ".json", ".html")
FOLDERS = (".oxigraph", ".neo4j")
FILE_ENDINGS = (*RDF, *(f"{ending}.gz" for ending in RDF), *FILES, *FOLDERS)
