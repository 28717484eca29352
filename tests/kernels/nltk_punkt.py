"""NLTK's Punkt with its model of English, in the version that C4 was made with: the oracle of sentences."""

from nltk.tokenize.punkt import PunktParameters, PunktSentenceTokenizer
from punkt.data import english as model


def made() -> PunktSentenceTokenizer:
    """The tokenizer that `nltk.data.load("tokenizers/punkt/english.pickle")` gives, its model from a package."""
    known = PunktParameters()
    known.abbrev_types, known.collocations = set(model.ABBREV_TYPES), set(model.COLLOCATIONS)
    known.sent_starters = set(model.SENT_STARTERS)
    known.ortho_context.update(model.ORTHO_CONTEXT)
    return PunktSentenceTokenizer(known)


NLTK = made()
