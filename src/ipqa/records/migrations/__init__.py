"""How records of earlier versions become those of this one: a version after the other, applied by Alembic."""
