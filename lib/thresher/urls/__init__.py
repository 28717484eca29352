"""Lists of URLs and of public suffixes, read once into the arrays that the kernels look up."""
