"""What readers are answered from the store."""
