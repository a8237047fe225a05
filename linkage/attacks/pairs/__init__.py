"""Known pairs: codes read by what records of known people teach."""
