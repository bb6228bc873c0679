"""PDF files with a text layer: pdfminer.six reads the drawing, the other modules the page as a person would."""
