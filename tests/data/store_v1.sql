BEGIN TRANSACTION;
CREATE TABLE document (
    id INTEGER PRIMARY KEY,
    title TEXT NOT NULL,
    content_hash TEXT NOT NULL UNIQUE,  -- sha256 of the text, and of the entities where they were given
    model TEXT NOT NULL,                -- what found the relations
    added TEXT NOT NULL                 -- UTC, ISO 8601
);
INSERT INTO "document" VALUES(1,'Rufus Carter','611f8643994fba726cd8c59426728789ae4b6862b120a34e4545cd4fd631827c','old','2026-11-24T02:28:21+00:00');
CREATE TABLE entity (
    id INTEGER PRIMARY KEY,
    document INTEGER NOT NULL REFERENCES document ON DELETE CASCADE,
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    kb_id TEXT NOT NULL,
    node TEXT NOT NULL                  -- the real thing it was resolved to
);
INSERT INTO "entity" VALUES(1,1,'Rufus Seaman Carter','PER','','a38e6a57941ed139');
INSERT INTO "entity" VALUES(2,1,'March 31 , 1866','TIME','','9fe0ed21041ac82b');
INSERT INTO "entity" VALUES(3,1,'1932','TIME','','08dea7ed803f2274');
INSERT INTO "entity" VALUES(4,1,'Nova Scotia','LOC','','891c5d136211f935');
INSERT INTO "entity" VALUES(5,1,'Canada','LOC','','907230d922b292ab');
INSERT INTO "entity" VALUES(6,1,'Cumberland County','LOC','','984cf840ad332891');
INSERT INTO "entity" VALUES(7,1,'Nova Scotia House of Assembly','ORG','','d109d6336c0a6289');
INSERT INTO "entity" VALUES(8,1,'1911','TIME','','34fcf14b7963bdd6');
INSERT INTO "entity" VALUES(9,1,'1920','TIME','','64b0546eb929e85c');
INSERT INTO "entity" VALUES(10,1,'Liberal','ORG','','eb76c52d678f134a');
INSERT INTO "entity" VALUES(11,1,'William Dobson Carter','PER','','111a51ef46506615');
INSERT INTO "entity" VALUES(12,1,'Elizabeth Ann Reed','PER','','f23f57d47f44e383');
INSERT INTO "entity" VALUES(13,1,'Fredericton','LOC','','25e9186c2c290651');
INSERT INTO "entity" VALUES(14,1,'New Brunswick','LOC','','7af60daeab6f1f4c');
INSERT INTO "entity" VALUES(15,1,'the United States','LOC','','30bfe19a29eadc5f');
INSERT INTO "entity" VALUES(16,1,'Great Britain','LOC','','81fcefcfe76e7090');
INSERT INTO "entity" VALUES(17,1,'1894','TIME','','702b03c4b54c0b9c');
INSERT INTO "entity" VALUES(18,1,'Ella Mabel Morris','PER','','dadd684bf78643d1');
CREATE TABLE evidence (
    relation INTEGER NOT NULL REFERENCES relation ON DELETE CASCADE,
    sentence INTEGER NOT NULL,
    PRIMARY KEY (relation, sentence)
) WITHOUT ROWID;
INSERT INTO "evidence" VALUES(1,0);
INSERT INTO "evidence" VALUES(2,0);
INSERT INTO "evidence" VALUES(3,0);
INSERT INTO "evidence" VALUES(4,0);
INSERT INTO "evidence" VALUES(4,2);
INSERT INTO "evidence" VALUES(5,2);
INSERT INTO "evidence" VALUES(6,0);
INSERT INTO "evidence" VALUES(7,0);
INSERT INTO "evidence" VALUES(8,2);
INSERT INTO "evidence" VALUES(27,0);
INSERT INTO "evidence" VALUES(27,2);
CREATE TABLE label (
    id TEXT PRIMARY KEY,                -- a Wikidata property where it has one: P57
    name TEXT NOT NULL
) WITHOUT ROWID;
INSERT INTO "label" VALUES('P1001','applies to jurisdiction');
INSERT INTO "label" VALUES('P131','located in the administrative territorial entity');
INSERT INTO "label" VALUES('P150','contains administrative territorial entity');
INSERT INTO "label" VALUES('P17','country');
INSERT INTO "label" VALUES('P19','place of birth');
INSERT INTO "label" VALUES('P194','legislative body');
INSERT INTO "label" VALUES('P22','father');
INSERT INTO "label" VALUES('P26','spouse');
INSERT INTO "label" VALUES('P27','country of citizenship');
INSERT INTO "label" VALUES('P40','child');
INSERT INTO "label" VALUES('P463','member of');
INSERT INTO "label" VALUES('P569','date of birth');
INSERT INTO "label" VALUES('P570','date of death');
CREATE TABLE mention (
    entity INTEGER NOT NULL REFERENCES entity ON DELETE CASCADE,
    start INTEGER NOT NULL,             -- character offsets in the text
    "end" INTEGER NOT NULL,
    sentence INTEGER NOT NULL,
    name TEXT NOT NULL
);
INSERT INTO "mention" VALUES(1,0,19,0,'Rufus Seaman Carter');
INSERT INTO "mention" VALUES(1,472,478,5,'Carter');
INSERT INTO "mention" VALUES(1,324,330,3,'Carter');
INSERT INTO "mention" VALUES(1,601,607,7,'Carter');
INSERT INTO "mention" VALUES(1,324,330,3,'Carter');
INSERT INTO "mention" VALUES(2,22,37,0,'March 31 , 1866');
INSERT INTO "mention" VALUES(3,40,44,0,'1932');
INSERT INTO "mention" VALUES(4,252,263,2,'Nova Scotia');
INSERT INTO "mention" VALUES(4,84,95,0,'Nova Scotia');
INSERT INTO "mention" VALUES(5,98,104,0,'Canada');
INSERT INTO "mention" VALUES(6,122,139,1,'Cumberland County');
INSERT INTO "mention" VALUES(6,232,249,2,'Cumberland County');
INSERT INTO "mention" VALUES(7,147,176,1,'Nova Scotia House of Assembly');
INSERT INTO "mention" VALUES(8,182,186,1,'1911');
INSERT INTO "mention" VALUES(9,190,194,1,'1920');
INSERT INTO "mention" VALUES(10,200,207,1,'Liberal');
INSERT INTO "mention" VALUES(11,277,298,2,'William Dobson Carter');
INSERT INTO "mention" VALUES(12,303,321,2,'Elizabeth Ann Reed');
INSERT INTO "mention" VALUES(13,364,375,3,'Fredericton');
INSERT INTO "mention" VALUES(14,378,391,3,'New Brunswick');
INSERT INTO "mention" VALUES(15,522,539,5,'the United States');
INSERT INTO "mention" VALUES(16,544,557,5,'Great Britain');
INSERT INTO "mention" VALUES(17,563,567,6,'1894');
INSERT INTO "mention" VALUES(18,581,598,6,'Ella Mabel Morris');
CREATE TABLE reasoning (
    relation INTEGER NOT NULL REFERENCES relation ON DELETE CASCADE,
    rank INTEGER NOT NULL,
    pattern INTEGER NOT NULL,           -- row of DocRE-SD Table 1
    via INTEGER NOT NULL REFERENCES entity ON DELETE CASCADE,
    weight REAL NOT NULL,
    PRIMARY KEY (relation, rank)
) WITHOUT ROWID;
CREATE TABLE relation (
    id INTEGER PRIMARY KEY,
    document INTEGER NOT NULL REFERENCES document ON DELETE CASCADE,
    head INTEGER NOT NULL REFERENCES entity ON DELETE CASCADE,
    label TEXT NOT NULL,
    tail INTEGER NOT NULL REFERENCES entity ON DELETE CASCADE,
    score REAL NOT NULL
);
INSERT INTO "relation" VALUES(1,1,1,'P27',5,1.0);
INSERT INTO "relation" VALUES(2,1,1,'P569',2,1.0);
INSERT INTO "relation" VALUES(3,1,5,'P150',4,1.0);
INSERT INTO "relation" VALUES(4,1,6,'P17',5,1.0);
INSERT INTO "relation" VALUES(5,1,6,'P131',4,1.0);
INSERT INTO "relation" VALUES(6,1,4,'P17',5,1.0);
INSERT INTO "relation" VALUES(7,1,4,'P131',5,1.0);
INSERT INTO "relation" VALUES(8,1,4,'P150',6,1.0);
INSERT INTO "relation" VALUES(9,1,1,'P22',11,1.0);
INSERT INTO "relation" VALUES(10,1,4,'P194',7,1.0);
INSERT INTO "relation" VALUES(11,1,7,'P1001',4,1.0);
INSERT INTO "relation" VALUES(12,1,1,'P19',6,1.0);
INSERT INTO "relation" VALUES(13,1,7,'P131',4,1.0);
INSERT INTO "relation" VALUES(14,1,14,'P131',5,1.0);
INSERT INTO "relation" VALUES(15,1,13,'P17',5,1.0);
INSERT INTO "relation" VALUES(16,1,14,'P17',5,1.0);
INSERT INTO "relation" VALUES(17,1,1,'P463',10,1.0);
INSERT INTO "relation" VALUES(18,1,10,'P17',5,1.0);
INSERT INTO "relation" VALUES(19,1,7,'P17',5,1.0);
INSERT INTO "relation" VALUES(20,1,5,'P150',14,1.0);
INSERT INTO "relation" VALUES(21,1,1,'P570',3,1.0);
INSERT INTO "relation" VALUES(22,1,13,'P131',14,1.0);
INSERT INTO "relation" VALUES(23,1,7,'P1001',6,1.0);
INSERT INTO "relation" VALUES(24,1,12,'P26',11,1.0);
INSERT INTO "relation" VALUES(25,1,11,'P26',12,1.0);
INSERT INTO "relation" VALUES(26,1,11,'P40',1,1.0);
INSERT INTO "relation" VALUES(27,1,6,'P131',5,1.0);
INSERT INTO "relation" VALUES(28,1,13,'P131',5,1.0);
INSERT INTO "relation" VALUES(29,1,10,'P131',5,1.0);
INSERT INTO "relation" VALUES(30,1,7,'P131',5,1.0);
CREATE TABLE sentence (
    document INTEGER NOT NULL REFERENCES document ON DELETE CASCADE,
    number INTEGER NOT NULL,
    start INTEGER NOT NULL,             -- character offset in the text
    text TEXT NOT NULL,
    PRIMARY KEY (document, number)
) WITHOUT ROWID;
INSERT INTO "sentence" VALUES(1,0,0,'Rufus Seaman Carter ( March 31 , 1866 – 1932 ) was a farmer and political figure in Nova Scotia , Canada .');
INSERT INTO "sentence" VALUES(1,1,107,'He represented Cumberland County in the Nova Scotia House of Assembly from 1911 to 1920 as a Liberal member .');
INSERT INTO "sentence" VALUES(1,2,217,'He was born in Cumberland County , Nova Scotia , the son of William Dobson Carter and Elizabeth Ann Reed .');
INSERT INTO "sentence" VALUES(1,3,324,'Carter attended the military college in Fredericton , New Brunswick .');
INSERT INTO "sentence" VALUES(1,4,394,'He went to sea for a time but returned to farming after his father ''s death .');
INSERT INTO "sentence" VALUES(1,5,472,'Carter was also involved in the lumber trade with the United States and Great Britain .');
INSERT INTO "sentence" VALUES(1,6,560,'In 1894 , he married Ella Mabel Morris .');
INSERT INTO "sentence" VALUES(1,7,601,'Carter served several years as a member of the municipal council .');
CREATE TABLE source (
    uri TEXT PRIMARY KEY,               -- where a text was found; copies of one text share a document
    document INTEGER NOT NULL REFERENCES document ON DELETE CASCADE
) WITHOUT ROWID;
INSERT INTO "source" VALUES('Rufus Carter',1);
CREATE INDEX source_document ON source (document);
CREATE INDEX entity_document ON entity (document);
CREATE INDEX entity_node ON entity (node);
CREATE INDEX mention_entity ON mention (entity);
CREATE INDEX relation_document ON relation (document);
CREATE INDEX relation_head ON relation (head);
CREATE INDEX relation_tail ON relation (tail);
CREATE INDEX reasoning_via ON reasoning (via);
COMMIT;
PRAGMA user_version = 1;
