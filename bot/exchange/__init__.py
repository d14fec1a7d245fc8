"""Data in and out: export, import, sync."""
