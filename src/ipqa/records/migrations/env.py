"""Run by Alembic: applies versions within the transaction that ``ipqa.records.schema`` has begun."""

from alembic import context

from ipqa.records.tables import TABLES

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=TABLES,
    transactional_ddl=True,
)
context.run_migrations()
