"""Relations of one text, with the sentences that support them and the reasoning behind them."""

import kg_docre

TEXT = """
Paper Hearts is the tenth episode of the fourth season of the American science fiction television series
The X-Files. It was written by Vince Gilligan and directed by Rob Bowman. The show centers on FBI special
agents Fox Mulder and Dana Scully. In this episode, a killer claims to have murdered Mulder's sister Samantha.
"""

nlp = kg_docre.load()
doc = nlp(" ".join(TEXT.split()))

for relation in doc._.relations:
    print(relation)
    for sentence in relation.evidence:
        print(f"    evidence: {sentence}")
    for step in relation.reasoning[:1]:
        print(f"    looked at: {step} (pattern {step.pattern}, weight {step.weight:.2f})")
