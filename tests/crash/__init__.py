"""Real processes that are killed, crowded and starved of disk: nothing is lost or given twice."""
