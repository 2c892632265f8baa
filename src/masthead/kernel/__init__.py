"""What every room may use: money, time, ids, errors, events. No models, nothing of ours below it."""
