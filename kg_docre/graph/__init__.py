"""Graphs as projections of the fact store, and their exporters."""

from kg_docre.graph.knowledge_graph import Evidence, Fact, KnowledgeGraph, Node

__all__ = ["Evidence", "Fact", "KnowledgeGraph", "Node"]
