from dataclasses import replace

import pytest

from kg_docre.annotations import Relation
from kg_docre.knowledge.makers import Makers
from tests.knowledge.marked import marked


@pytest.mark.parametrize(
    ("text", "ada", "bo"),
    [
        ("«PER Bo » filmed «PER Ada » 's novel «MISC Quay »", True, False),
        ("«PER Bo » filmed «PER Ada » 's first , best - selling novel , “ «MISC Quay » ”", None, None),
        ("«PER Bo » filmed «PER Ada » 's 1999 Danish novel , “ «MISC Quay » ”", True, False),
        ("«PER Bo » filmed «PER Cy » and «PER Ada » 's novel «MISC Quay »", True, False),
        ("«PER Bo » filmed the novel «MISC Quay » ( 1999 ) by the Danish writer «PER Ada »", True, False),
        ("«PER Bo » filmed “ «MISC Quay » , ” a long novel by «PER Cy » ( 60 ) and «PER Ada »", True, False),
        ("«PER Bo » filmed «MISC Quay » by «PER Ada »", True, False),
        ("«PER Bo » filmed «MISC Quay » , a film by «PER Ada »", None, None),
        ("«PER Bo » filmed «MISC Quay » , directed by «PER Ada »", None, None),
        ("«PER Bo » filmed «MISC Quay » , a novel liked by «PER Ada »", None, None),
        ("«PER Bo » filmed the novel «MISC Quay » by night . «PER Ada »", None, None),
        ("«PER Bo » likes «PER Ada » 's painting «MISC Quay »", None, None),
        ("«PER Bo » likes «PER Ada » , the novel «MISC Quay »", None, None),
        ("«PER Bo » filmed «PER Ada » 's novel «LOC Quay »", None, None),
        ("«MISC Quay » , a novel by «PER Ada » , was co - written with «PER Bo »", True, None),
        ("«PER Ada » 's novel «MISC Quay » sold well . «PER Ada » and «PER Bo » wrote it together", True, None),
        ("«PER Ada » 's novel «MISC Quay » sold well . «PER Bo » filmed it . They sang together", True, False),
        (
            "«PER Ada » 's novel «MISC Quay » is , he says , a poem . The poem «MISC Quay » by «PER Bo » is not",
            True,
            True,
        ),
    ],
)
def test_who_wrote_what_is_said_beside_a_title(text, ada, bo):
    document = marked(f"{text} .")
    numbers = {entity.name: number for number, entity in enumerate(document.entities)}
    wrote = [Relation(numbers["Quay"], numbers[name], "P50", 0.9, ()) for name in ("Ada", "Bo")]
    notable = [Relation(relation.tail, relation.head, "P800", 0.9, ()) for relation in wrote]
    makers = Makers(replace(document, relations=(*wrote, *notable)))
    assert [makers.agree(relation) for relation in wrote] == [ada, bo]
    assert [makers.agree(relation) for relation in notable] == [ada, bo]
    assert all(makers.agree(replace(relation, label="P57")) is None for relation in wrote)
    assert all(Makers(document).agree(relation) is None for relation in notable), "they may have filmed it"


@pytest.mark.parametrize(("noun", "label"), [("painting", "P170"), ("opera", "P86"), ("poem", "P50")])
def test_what_a_work_is_says_what_was_done(noun, label):
    document = marked(f"«PER Ada » 's {noun} «MISC Quay » was sold by «PER Bo » .")
    makers = Makers(document)
    for other in ("P170", "P86", "P50"):
        said = [makers.agree(Relation(1, person, other, 0.9, ())) for person in (0, 2)]
        assert said == ([True, False] if other == label else [None, None])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("«MISC Quay » by «PER Ada »", True),
        ("«PER Ada » 's novel «MISC Quay »", True),
        ("«PER Ada » novel «MISC Quay » by", None),
        ("«PER Ada » “ «MISC Quay » ” , a", None),
        ("«MISC Quay » , “ «PER Ada »", None),
    ],
)
def test_a_title_that_begins_or_ends_a_text(text, said):
    document = marked(text)
    numbers = {entity.name: number for number, entity in enumerate(document.entities)}
    assert Makers(document).agree(Relation(numbers["Quay"], numbers["Ada"], "P50", 0.9, ())) is said
