"""Moving in and out: parse a foreign file, then act through the same doors as everyone."""
