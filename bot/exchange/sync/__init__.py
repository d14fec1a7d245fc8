"""The training store: published in buckets, brought up to date, never half-visible."""
