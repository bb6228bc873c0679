"""Answers as a Word file, whose footnotes say what each statement rests on."""
