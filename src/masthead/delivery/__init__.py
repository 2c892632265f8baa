"""What readers receive: pages, the meter on them, pictures, assets."""
