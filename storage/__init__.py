"""All SQL: schema, migrations, queries and the unit of work."""
