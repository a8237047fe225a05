"""Registers too large to hold: they pass by in partitions, and what requests can reach is kept."""
