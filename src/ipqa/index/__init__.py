"""The index: dense and lexical legs, and the generations they are kept in."""
