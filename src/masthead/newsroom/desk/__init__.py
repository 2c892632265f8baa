"""The desk: checks over a story and the gate every publication passes."""
