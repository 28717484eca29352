"""thresher: raw web text in, an explained and deduplicated training corpus out."""
