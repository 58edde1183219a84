import torch

from kg_docre.modeling.mentions import MentionDetector


def _logits(tags):
    """O, or B or I with the number of a type, as surely as can be; two types."""
    rows = torch.full((len(tags), 5), -9.0)
    for row, tag in zip(rows, tags, strict=True):
        row[0 if tag == "O" else 2 * int(tag[1]) + (1 if tag[0] == "B" else 2)] = 9.0
    return rows


def test_spans_begin_continue_and_end():
    tags = ["B0", "I0", "O", "B1", "B1", "I1", "O"]
    assert MentionDetector.spans(_logits(tags)) == [(0, 2, 0), (3, 4, 1), (4, 6, 1)]


def test_what_continues_nothing_begins_and_the_last_word_may_end_a_mention():
    assert MentionDetector.spans(_logits(["I0", "I0", "O", "I1"])) == [(0, 2, 0), (3, 4, 1)]


def test_a_mention_whose_words_disagree_is_of_the_likelier_type():
    logits = _logits(["B0", "I1", "I1"])
    assert MentionDetector.spans(logits) == [(0, 3, 1)]


def test_that_a_word_begins_is_decided_over_all_types():
    logits = torch.tensor([[1.0, 0.9, -9, 0.9, -9]])  # outside is likeliest of five, a beginning of three
    assert MentionDetector.spans(logits) == [(0, 1, 0)]
    assert MentionDetector.spans(logits[:0]) == []
