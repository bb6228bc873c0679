"""From a question and retrieved passages to a cited answer, checked before it is said."""
