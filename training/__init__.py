"""How the shipped model is made and measured: the corpora, the labels, the fitting, the floors.  Imports declutter, never the reverse."""
