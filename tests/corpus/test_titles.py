from dataclasses import replace

import pytest

from kg_docre.corpus.titles import called_by_title
from tests.knowledge.marked import marked


@pytest.mark.parametrize(
    ("title", "names"),
    [
        ("Solomon", ["Jedidiah", "Oslo"]),
        ("jedidiah (king)", ["Jedidiah", "Oslo"]),
        ("The  son of David", ["Jedidiah", "Oslo"]),
        ("Mr. Jedidiah", ["Mr. Jedidiah", "Oslo"]),
        ("Mr.  Jedidiah (1970 film)", ["Mr. Jedidiah", "Oslo"]),
        ("", ["Jedidiah", "Oslo"]),
    ],
)
def test_a_thing_is_called_as_the_title_calls_it(title, names):
    document = marked("«PER Jedidiah » came to «LOC Oslo » as «PER Mr. Jedidiah »")
    first, oslo, second = document.entities
    document = replace(
        document, entities=(replace(first, mentions=first.mentions + second.mentions), oslo), title=title
    )
    assert [entity.name for entity in called_by_title(document).entities] == names
