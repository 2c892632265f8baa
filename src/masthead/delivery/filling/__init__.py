"""Fills the page store: which addresses are public, what each page is made of, and making it again when that changes."""
