import torch

from kg_docre.modeling.classifier import BilinearClassifier
from kg_docre.modeling.pairs import ContextPairs, EntityPairs, SimilarityPairs

ENTITIES, UNORDERED = (
    torch.randn(1, 3, 6, generator=torch.Generator().manual_seed(0)),
    torch.randn(1, 6, 6, generator=torch.Generator().manual_seed(1)),
)
PLACE = {(0, 0): 0, (0, 1): 1, (0, 2): 2, (1, 1): 3, (1, 2): 4, (2, 2): 5}
CELLS = [(s, o) for s in range(3) for o in range(3) if s != o]
PAIRS = tuple(torch.tensor(column) for column in zip(*((0, s, o) for s, o in CELLS), strict=True))


def test_entity_pairs_are_docre_sd_eq_1():
    module = EntityPairs(entity_width=6, pair_width=4, dropout=0.0).eval()
    features = module(ENTITIES, UNORDERED)
    context_head, context_tail = module.context.weight.chunk(2)
    w_s = torch.cat([module.head.weight, context_head], 1)
    w_o = torch.cat([module.tail.weight, context_tail], 1)
    for s in range(3):
        for o in range(3):
            context = UNORDERED[0, PLACE[min(s, o), max(s, o)]]
            z_s = torch.tanh(w_s @ torch.cat([ENTITIES[0, s], context]) + module.head.bias)
            z_o = torch.tanh(w_o @ torch.cat([ENTITIES[0, o], context]) + module.tail.bias)
            torch.testing.assert_close(features[0, s, o], module.feed_forward(torch.cat([z_s, z_o])))


def test_entity_pairs_keep_their_scale_however_large_weights_grow():
    """Else scores of R-MSA's attention grow with them, and a pair looks at one entity alone."""
    module = EntityPairs(entity_width=6, pair_width=4, dropout=0.0).eval()
    before = module(ENTITIES, UNORDERED)
    with torch.no_grad():
        for layer in module.feed_forward:
            if isinstance(layer, torch.nn.Linear):
                layer.weight *= 100
                layer.bias *= 100
    torch.testing.assert_close(before.norm(dim=-1), torch.full((1, 3, 3), 2.0), atol=1e-2, rtol=0)
    torch.testing.assert_close(module(ENTITIES, UNORDERED).norm(dim=-1), before.norm(dim=-1), atol=1e-2, rtol=0)


def test_similarity_pairs_are_docunet_eq_3():
    module = SimilarityPairs(entity_width=6, pair_width=4)
    features = module(ENTITIES, UNORDERED)
    for s in range(3):
        for o in range(3):
            e_s, e_o = ENTITIES[0, s], ENTITIES[0, o]
            cosine = e_s @ e_o / (e_s.norm() * e_o.norm())
            bilinear = module.bilinear.weight @ e_s @ e_o / 6**0.5
            similarity = torch.cat([e_s * e_o, cosine[None], bilinear[None]])
            torch.testing.assert_close(features[0, s, o], module.project(similarity))


def test_context_pairs_read_the_context_alone():
    module = ContextPairs(entity_width=6, pair_width=4)
    torch.testing.assert_close(module(ENTITIES, UNORDERED), module(ENTITIES + 1, UNORDERED))


def test_full_bilinear_classifier_is_docunet_eq_7_to_9():
    module = BilinearClassifier(
        entity_width=6, pair_width=4, classes=3, groups=1, project_pair=False, dropout=0.0
    ).eval()
    pairs = torch.randn(1, 3, 3, 4)
    logits = module(pairs, ENTITIES, UNORDERED, PAIRS)
    matrices = module.bilinear.weight.view(3, 4, 4)
    for cell, (s, o) in enumerate(CELLS):
        z_s = torch.tanh(module.head(ENTITIES[0, s]) + pairs[0, s, o])
        z_o = torch.tanh(module.tail(ENTITIES[0, o]) + pairs[0, s, o])
        for r in range(3):
            expected = z_s @ matrices[r] @ z_o + module.bilinear.bias[r]
            torch.testing.assert_close(logits[cell, r], expected)


def test_group_bilinear_is_a_block_diagonal_bilinear_form():
    grouped = BilinearClassifier(entity_width=6, pair_width=4, classes=3, groups=2, project_pair=True, dropout=0.0)
    full = BilinearClassifier(entity_width=6, pair_width=4, classes=3, groups=1, project_pair=True, dropout=0.0)
    blocks = grouped.bilinear.weight.view(3, 2, 2, 2)
    state = grouped.state_dict()
    state["bilinear.weight"] = torch.stack([torch.block_diag(*blocks[r]) for r in range(3)]).view(3, 16)
    full.load_state_dict(state)
    pairs = torch.randn(1, 3, 3, 4)
    found, expected = (module.eval()(pairs, ENTITIES, UNORDERED, PAIRS) for module in (grouped, full))
    torch.testing.assert_close(found, expected)


def test_a_classifier_with_context_is_atlop_with_the_reasoned_pair_added():
    module = BilinearClassifier(
        entity_width=6, pair_width=4, classes=3, groups=2, project_pair=True, dropout=0.0, context=True
    ).eval()
    pairs = torch.randn(1, 3, 3, 4)
    logits = module(pairs, ENTITIES, UNORDERED, PAIRS)
    for cell, (s, o) in enumerate(CELLS):
        context = UNORDERED[0, PLACE[min(s, o), max(s, o)]]
        for_head, for_tail = (module.context(context) + module.pair(pairs[0, s, o])).chunk(2)
        z_s = torch.tanh(module.head(ENTITIES[0, s]) + for_head).view(2, 2)
        z_o = torch.tanh(module.tail(ENTITIES[0, o]) + for_tail).view(2, 2)
        products = torch.stack([torch.outer(z_s[k], z_o[k]) for k in range(2)])
        torch.testing.assert_close(logits[cell], module.bilinear(products.flatten()))


def test_a_masked_pair_hides_its_entities_and_context_from_the_classifier():
    module = BilinearClassifier(
        entity_width=6, pair_width=4, classes=3, groups=2, project_pair=True, dropout=0.0, context=True
    ).eval()
    pairs, masked = torch.randn(1, 3, 3, 4), torch.zeros(1, 3, 3, dtype=torch.bool)
    masked[0, 0, 1] = True
    seen, hidden = (module(pairs, ENTITIES, UNORDERED, PAIRS, mask) for mask in (None, masked))
    other = module(pairs, ENTITIES + 1, UNORDERED + 1, PAIRS, masked)
    torch.testing.assert_close(hidden[1:], seen[1:])
    torch.testing.assert_close(hidden[0], other[0])
    assert not torch.allclose(hidden[0], seen[0])
    assert not torch.allclose(hidden[1], other[1])
