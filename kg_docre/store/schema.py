"""Tables of the fact store. ``user_version`` says which version a file has."""

VERSION = 9

SCHEMA = """
CREATE TABLE document (
    id INTEGER PRIMARY KEY,
    title TEXT NOT NULL,                -- what the first of its sources calls it
    content_hash TEXT NOT NULL UNIQUE,  -- sha256 of the text, and of the entities where they were given
    model TEXT NOT NULL,                -- what found the relations
    added TEXT NOT NULL                 -- UTC, ISO 8601
);

CREATE TABLE source (
    uri TEXT PRIMARY KEY,               -- where a text was found; copies of one text share a document
    document INTEGER NOT NULL REFERENCES document ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX source_document ON source (document);

CREATE TABLE sentence (
    document INTEGER NOT NULL REFERENCES document ON DELETE CASCADE,
    number INTEGER NOT NULL,
    start INTEGER NOT NULL,             -- character offset in the text
    text TEXT NOT NULL,
    PRIMARY KEY (document, number)
) WITHOUT ROWID;

CREATE TABLE entity (
    id INTEGER PRIMARY KEY,
    document INTEGER NOT NULL REFERENCES document ON DELETE CASCADE,
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    kb_id TEXT NOT NULL,
    node TEXT NOT NULL,                 -- the real thing it was resolved to
    form TEXT NOT NULL                  -- what its own name and document say it is
);
CREATE INDEX entity_document ON entity (document);

CREATE TABLE mention (
    entity INTEGER NOT NULL REFERENCES entity ON DELETE CASCADE,
    start INTEGER NOT NULL,             -- character offsets in the text
    "end" INTEGER NOT NULL,
    sentence INTEGER NOT NULL,
    name TEXT NOT NULL
);
CREATE INDEX mention_entity ON mention (entity);

CREATE TABLE relation (
    id INTEGER PRIMARY KEY,
    document INTEGER NOT NULL REFERENCES document ON DELETE CASCADE,
    head INTEGER NOT NULL REFERENCES entity ON DELETE CASCADE,
    label TEXT NOT NULL,
    tail INTEGER NOT NULL REFERENCES entity ON DELETE CASCADE,
    score REAL NOT NULL
);
CREATE INDEX relation_document ON relation (document);
CREATE INDEX relation_head ON relation (head);
CREATE INDEX relation_tail ON relation (tail);

CREATE TABLE evidence (
    relation INTEGER NOT NULL REFERENCES relation ON DELETE CASCADE,
    sentence INTEGER NOT NULL,
    PRIMARY KEY (relation, sentence)
) WITHOUT ROWID;

CREATE TABLE reasoning (
    relation INTEGER NOT NULL REFERENCES relation ON DELETE CASCADE,
    rank INTEGER NOT NULL,
    pattern INTEGER NOT NULL,           -- row of DocRE-SD Table 1
    via INTEGER NOT NULL REFERENCES entity ON DELETE CASCADE,
    weight REAL NOT NULL,
    PRIMARY KEY (relation, rank)
) WITHOUT ROWID;
CREATE INDEX reasoning_via ON reasoning (via);

CREATE TABLE label (
    id TEXT PRIMARY KEY,                -- a Wikidata property where it has one: P57
    name TEXT NOT NULL
) WITHOUT ROWID;
"""

_RESOLUTION = """
CREATE TABLE resolution (
    form TEXT PRIMARY KEY,              -- a form that was joined to another one, or a bare name
    node TEXT NOT NULL,                 -- the node it is part of; of a bare name, which is many people's, none
    score REAL NOT NULL,
    reasons TEXT NOT NULL               -- JSON: what spoke for it and against, with weights
);
CREATE INDEX resolution_node ON resolution (node);
"""

_SECOND = """
CREATE TABLE rule (                     -- what a person decided
    kind TEXT NOT NULL,                 -- same: two forms are one; alone: a form is joined to none;
    first TEXT NOT NULL,                -- by document: a form is another thing in every document
    second TEXT NOT NULL,               -- empty but for the first kind
    PRIMARY KEY (kind, first, second)
) WITHOUT ROWID;

CREATE TABLE resolved (
    entities INTEGER NOT NULL           -- how many the store had when all were resolved last
);
INSERT INTO resolved VALUES (0);

CREATE TABLE identity (
    id TEXT NOT NULL                    -- random: which store something in a database came from
);
INSERT INTO identity VALUES (lower(hex(randomblob(8))));
"""

_THIRD = """
CREATE TABLE run (                      -- one build that read something
    id INTEGER PRIMARY KEY,
    version TEXT NOT NULL,              -- of kg-docre
    config TEXT NOT NULL,               -- JSON: model, threshold and the like
    started TEXT NOT NULL               -- UTC, ISO 8601
);
ALTER TABLE document ADD COLUMN run INTEGER REFERENCES run;

CREATE TABLE failure (
    uri TEXT PRIMARY KEY,               -- where a document was found that could not be read
    reason TEXT NOT NULL,
    run INTEGER NOT NULL REFERENCES run
) WITHOUT ROWID;
"""

# An index of entities by node has them all over the file: every document added would touch many pages of it. And in an
# index beside the resolution, unlike in a table that is one itself, forms stand close together.
_FOURTH = f"""
DROP INDEX entity_node;
DROP INDEX resolution_node;
ALTER TABLE resolution RENAME TO old_resolution;
{_RESOLUTION}
INSERT INTO resolution SELECT * FROM old_resolution;
DROP TABLE old_resolution;
"""

_FIFTH = """
ALTER TABLE resolved ADD COLUMN changed INTEGER NOT NULL DEFAULT 0;  -- entities that came or went since
UPDATE resolved SET changed = abs((SELECT count(*) FROM entity) - entities);
CREATE TRIGGER entity_came AFTER INSERT ON entity BEGIN UPDATE resolved SET changed = changed + 1; END;
CREATE TRIGGER entity_went AFTER DELETE ON entity BEGIN UPDATE resolved SET changed = changed + 1; END;
"""

_SIXTH = """
ALTER TABLE resolved ADD COLUMN generation INTEGER NOT NULL DEFAULT 0;  -- how often resolved or decided upon so far
"""

_SEVENTH = """
CREATE TABLE rejected (                 -- facts that a person found wrong
    head TEXT NOT NULL,                 -- forms, of the names alone
    label TEXT NOT NULL,
    tail TEXT NOT NULL,
    PRIMARY KEY (head, label, tail)
) WITHOUT ROWID;
ALTER TABLE source ADD COLUMN title TEXT NOT NULL DEFAULT '';
UPDATE source SET title = (SELECT title FROM document WHERE id = source.document);
CREATE TRIGGER source_came AFTER INSERT ON source BEGIN
    UPDATE document SET title = (SELECT title FROM source WHERE document = NEW.document ORDER BY uri LIMIT 1)
    WHERE id = NEW.document;
END;
CREATE TRIGGER source_went AFTER DELETE ON source WHEN EXISTS (SELECT 1 FROM source WHERE document = OLD.document) BEGIN
    UPDATE document SET title = (SELECT title FROM source WHERE document = OLD.document ORDER BY uri LIMIT 1)
    WHERE id = OLD.document;
END;
"""

# Reasoning steps are explained by what a document states about two pairs.
_EIGHTH = """
DROP INDEX relation_head;
CREATE INDEX relation_pair ON relation (head, tail);
"""

# What the first of a document's sources says is kept with it, as its title is: facts are read with their documents, and
# need no look at the sources.
_NINTH = """
ALTER TABLE source ADD COLUMN metadata TEXT NOT NULL DEFAULT '{}';    -- JSON: what is known of it besides, by name
ALTER TABLE document ADD COLUMN metadata TEXT NOT NULL DEFAULT '{}';  -- that of the first of its sources
DROP TRIGGER source_came;
DROP TRIGGER source_went;
CREATE TRIGGER source_came AFTER INSERT ON source BEGIN
    UPDATE document SET (title, metadata) =
        (SELECT title, metadata FROM source WHERE document = NEW.document ORDER BY uri LIMIT 1)
    WHERE id = NEW.document;
END;
CREATE TRIGGER source_went AFTER DELETE ON source WHEN EXISTS (SELECT 1 FROM source WHERE document = OLD.document) BEGIN
    UPDATE document SET (title, metadata) =
        (SELECT title, metadata FROM source WHERE document = OLD.document ORDER BY uri LIMIT 1)
    WHERE id = OLD.document;
END;
"""

SCHEMA += _RESOLUTION + _SECOND + _THIRD + _FIFTH + _SIXTH + _SEVENTH + _EIGHTH + _NINTH

# what turns a store of a version into one of the next
MIGRATIONS = {
    1: "ALTER TABLE entity ADD COLUMN form TEXT NOT NULL DEFAULT '';" + _RESOLUTION + _SECOND,  # forms: on resolving
    2: _THIRD,
    3: _FOURTH,
    4: _FIFTH,
    5: _SIXTH,
    6: _SEVENTH,
    7: _EIGHTH,
    8: _NINTH,
}
