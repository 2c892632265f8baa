"""Pictures and attachments: credit, rights, and who may see the file."""
