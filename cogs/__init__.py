"""The Discord side: one cog per capability."""
