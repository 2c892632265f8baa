"""Benchmarks that anyone can run: each module has `run() -> dict` of what was measured and the figure with its unit."""
