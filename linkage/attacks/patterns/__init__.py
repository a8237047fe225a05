"""Attacks that read bit patterns: what bits say of the q-grams behind them."""
