"""Graphs as projections of the fact store, and their exporters."""

from kg_docre.graph.errors import ExportError
from kg_docre.graph.knowledge_graph import KnowledgeGraph
from kg_docre.graph.records import Evidence, Fact, Node, Premise, Step

__all__ = ["Evidence", "ExportError", "Fact", "KnowledgeGraph", "Node", "Premise", "Step"]
