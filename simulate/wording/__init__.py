"""How procedures, doses, times and changes are put into words, in any language."""
