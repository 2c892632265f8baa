"""The public site as files: for a mirror, an onion service, an archive, a disk."""
