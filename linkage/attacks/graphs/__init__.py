"""Attacks on who is alike: similarities of codes laid over those of people."""
