"""What a person asks of a corpus: its funnel, one document's ledger, samples, other thresholds, two recipes compared.

Every answer is a plain value with a picture of itself for the terminal (rich), for a log (`str`) and for a notebook.
Nothing here writes to the corpus, and nothing that grows with it comes back to the driver.
"""
