"""Relations of one text, with the sentences that support them and the reasoning behind them."""

import kg_docre

TEXT = """
Ajax-Pickering was a federal electoral district in Ontario, Canada, that was represented in the House of Commons
of Canada from 2004 to 2015. It was created in 2003 from parts of Pickering, Ajax, Uxbridge and Whitby - Ajax ridings.
It consisted of the Town of Ajax and the northern part of the City of Pickering, east of Toronto.
"""

nlp = kg_docre.load()
doc = nlp(" ".join(TEXT.split()))

for relation in doc._.relations:
    print(relation)
    for sentence in relation.evidence:
        print(f"    evidence: {sentence}")
    for step in relation.reasoning:
        if all(step.names):  # both pairs it looked at are related, too
            print(f"    looked at: {step} (pattern {step.pattern}, weight {step.weight:.2f})")
