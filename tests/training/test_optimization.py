import pytest
import torch

from kg_docre.data.docred import read_docred
from kg_docre.data.docred_relations import docred_relations
from kg_docre.data.errors import DataError
from kg_docre.training.config import TrainingConfig
from kg_docre.training.dataset import read_split, text_hash
from kg_docre.training.initial_model import build_model
from kg_docre.training.optimization import build_schedule, learn
from tests.conftest import DATA


def test_the_encoders_dropouts_can_be_set(encoder_folder):
    config = TrainingConfig(encoder=str(encoder_folder), train=("unused",), hidden_dropout=0.3, attention_dropout=0.2)
    encoder = build_model(config, docred_relations())[0].encoder.encoder
    assert {m.p for m in encoder.modules() if isinstance(m, torch.nn.Dropout)} == {0.2, 0.3}


def test_the_learning_rate_rises_then_falls_to_nothing():
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    schedule = build_schedule(optimizer, steps=10, warmup=0.2)
    rates = []
    for _ in range(10):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    assert rates == pytest.approx([0.5, 1.0, 1.0, 0.875, 0.75, 0.625, 0.5, 0.375, 0.25, 0.125])
    assert optimizer.param_groups[0]["lr"] == 0


def test_a_step_gives_its_loss_and_is_not_made_along_what_is_not_finite():
    model = torch.nn.Linear(2, 1, bias=False)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    schedule = build_schedule(optimizer, steps=4, warmup=0.0)
    options = {"max_gradient_norm": 1.0, "epoch": 1}
    loss = model(torch.ones(1, 2)).sum()
    assert learn(loss, model, optimizer, schedule, **options) == loss.item()
    before = model.weight.clone()
    infinite = model(torch.full((1, 2), torch.inf)).sum()
    steep = model(torch.zeros(1, 2)).abs().sqrt().sum()  # 0, where the slope is infinite
    for value, name in ((infinite, "loss"), (steep, "gradient")):
        with pytest.raises(DataError, match=rf"the {name} of epoch 1 is \S+: lower learning rates may help"):
            learn(value, model, optimizer, schedule, **options)
        assert torch.equal(model.weight, before)


def test_a_training_size_takes_the_same_documents_from_any_order(tmp_path):
    file = DATA / "redocred_sample.json"
    some, held_out = read_split([file], None, 3, 4)
    more, _ = read_split([file], None, 3, 5)
    assert (len(some), len(held_out)) == (4, 3)
    assert set(map(text_hash, some)) < set(map(text_hash, more)) < set(map(text_hash, read_docred(file)))
    assert not set(map(text_hash, more)) & set(map(text_hash, held_out))
