"""Shared fixtures: a tiny encoder with a real tokenizer, a tiny checkpoint, sample documents."""

import json
from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import AutoModel, BertConfig, PreTrainedTokenizerFast

from kg_docre.data.docred import read_docred
from kg_docre.pretrained import checkpoint_path

pytest_plugins = ["tests.bolt_server"]
torch.set_num_threads(1)  # the models are tiny, and tests share the machine

DATA = Path(__file__).parent / "data"


@pytest.fixture(autouse=True)
def no_terminal(monkeypatch):
    """Tables are as wide as where there is no terminal, whatever runs the tests says of its own."""
    monkeypatch.delenv("COLUMNS", raising=False)


@pytest.fixture(scope="session")
def documents():
    """Ten real documents with gold entities and relations."""
    return read_docred(DATA / "redocred_sample.json")


@pytest.fixture(scope="session")
def encoder_folder(tmp_path_factory, documents):
    """A random two-layer BERT whose word pieces are the words and letters of the sample."""
    folder = tmp_path_factory.mktemp("encoder")
    words = {word.lower() for document in documents for word in document.words}
    letters = {letter for word in words for letter in word}
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "*", *sorted(letters - {"*"})]
    pieces += sorted({f"##{letter}" for letter in letters})
    pieces += sorted(word for word in words if len(word) > 1)[::2]  # every other word splits into letters
    tokenizer = Tokenizer(models.WordPiece({p: i for i, p in enumerate(pieces)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True, strip_accents=False)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        model_max_length=512,
    ).save_pretrained(folder)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(pieces),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=512,
        initializer_range=0.2,
    )
    AutoModel.from_config(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def training_file(tmp_path_factory, encoder_folder):
    """A training file for the tiny encoder, two epochs on the sample; a field that is None is left out."""

    def write(**fields):
        values = {
            "encoder": str(encoder_folder),
            "train": [str(DATA / "redocred_sample.json")],
            "development_size": 3,
            "epochs": 2,
            "batch_size": 2,
            "encoder_learning_rate": 1e-3,
            "learning_rate": 3e-3,
            "precision": "fp32",
            **fields,
        }
        model = {"pair_width": 16, **values.pop("model", {})} if values["encoder"] else {}
        lines = [f"{key} = {json.dumps(value)}" for key, value in values.items() if value is not None]
        lines += ["[model]", *(f"{key} = {json.dumps(value)}" for key, value in model.items())]
        text = "\n".join(lines).replace("Infinity", "inf").replace("NaN", "nan")
        path = tmp_path_factory.mktemp("training") / "training.toml"
        path.write_text(text + "\n", encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="session")
def checkpoint():
    """The checkpoint that ships as the default."""
    return checkpoint_path("default")


@pytest.fixture
def tiny_model(encoder_folder):
    """A function from ModelConfig fields to a fresh model around the tiny encoder, with its featurizer."""
    from kg_docre.data.docred_relations import docred_relations
    from kg_docre.data.features import Featurizer
    from kg_docre.training.config import TrainingConfig
    from kg_docre.training.initial_model import build_model

    def make(encoder=encoder_folder, **fields):
        torch.manual_seed(1)
        config = TrainingConfig(encoder=str(encoder), train=("unused",), model={"pair_width": 16, **fields})
        model, tokenizer = build_model(config, docred_relations())
        return model.eval(), Featurizer(tokenizer, model.config)

    return make
