"""ipqa beside what a user would pick instead: each framework by its tutorial, all with the same embedding model."""
