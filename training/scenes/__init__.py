"""Procedural scenes with exact metric depth, one per integer index."""
