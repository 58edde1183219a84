"""Draw what a graph says about one thing: python draw_a_graph.py kg.graphml "Crowded House" graph.svg"""

import math
import sys
from html import escape
from pathlib import Path
from textwrap import shorten

import networkx as nx

COLOURS = {"PER": "#e07a5f", "ORG": "#3d5a80", "LOC": "#5f9e6e", "TIME": "#8d99ae", "NUM": "#8d99ae", "MISC": "#b07aa1"}
WIDTH, HEIGHT, MARGIN = 960, 560, 90


def neighbourhood(graph: nx.MultiDiGraph, name: str) -> nx.MultiDiGraph:
    """The things up to two facts away from the one of this name."""
    centre = next((node for node, data in graph.nodes(data=True) if data["name"] == name), None)
    if centre is None:
        raise SystemExit(f"no node is called {name!r}")
    return nx.ego_graph(graph, centre, radius=2, undirected=True)


def positions(graph: nx.MultiDiGraph) -> dict[str, tuple[float, float]]:
    """Every node's place on the canvas, in pixels."""
    plain = nx.Graph()
    plain.add_nodes_from(sorted(graph))
    plain.add_edges_from(graph.edges())
    layout = nx.spring_layout(plain, seed=3, k=2.6 / math.sqrt(len(graph)), iterations=400)
    low, high = [[pick(p[axis] for p in layout.values()) for axis in (0, 1)] for pick in (min, max)]
    size = (WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN // 2)
    return {
        node: tuple(
            MARGIN // (axis + 1) + size[axis] * (p[axis] - low[axis]) / ((high[axis] - low[axis]) or 1)
            for axis in (0, 1)
        )
        for node, p in layout.items()
    }


def label(x: float, y: float, text: str, angle: float = 0.0) -> str:
    """A text centred on a point, in pixels and degrees."""
    return f'<text transform="translate({x:.0f} {y:.0f}) rotate({angle:.0f})">{escape(text)}</text>'


def draw(graph: nx.MultiDiGraph) -> str:
    """The graph as an SVG document. Of the facts between two things, the most confident one is named."""
    place = positions(graph)
    lines, labels = [], []
    for head, tail in sorted({tuple(sorted(edge)) for edge in graph.edges()}):
        (x1, y1), (x2, y2) = place[head], place[tail]
        facts = [data for a, b in ((head, tail), (tail, head)) for data in (graph.get_edge_data(a, b) or {}).values()]
        facts.sort(key=lambda data: -data["confidence"])
        lines.append(f'<line x1="{x1:.0f}" y1="{y1:.0f}" x2="{x2:.0f}" y2="{y2:.0f}"/>')
        room = max(8, int(math.hypot(x2 - x1, y2 - y1) / 6))  # characters that fit on the line
        angle = math.degrees(math.atan((y2 - y1) / ((x2 - x1) or 1e-9)))
        labels.append(label((x1 + x2) / 2, (y1 + y2) / 2, shorten(facts[0]["name"], room, placeholder="…"), angle))
    nodes = []
    for node, data in sorted(graph.nodes(data=True)):
        x, y = place[node]
        colour = COLOURS.get(data["type"], "#888")
        nodes.append(f'<circle cx="{x:.0f}" cy="{y:.0f}" r="7" fill="{colour}"/>' + label(x, y - 12, data["name"]))
    halo = "paint-order:stroke;stroke:#fff;stroke-width:4px"
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" text-anchor="middle" '
        'font-family="Helvetica, Arial, DejaVu Sans, sans-serif">'
    )
    return "\n".join(
        [
            opening,
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
            f'<g stroke="#c9ced6" stroke-width="1.5">{"".join(lines)}</g>',
            f'<g font-size="10" fill="#7a8290" style="{halo}">{"".join(labels)}</g>',
            f'<g font-size="13" font-weight="600" fill="#222" style="{halo}">{"".join(nodes)}</g>',
            "</svg>",
        ]
    )


if __name__ == "__main__":
    if len(sys.argv) != 4 or not sys.argv[3].endswith(".svg"):
        raise SystemExit(__doc__)
    source, name, target = sys.argv[1:]
    Path(target).write_text(draw(neighbourhood(nx.read_graphml(source), name)) + "\n", encoding="utf-8")
