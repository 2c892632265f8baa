"""Who speaks and where it can be seen: parties, documents, kept copies."""
