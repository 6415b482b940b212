"""`make compose-test`: the real compose.yaml, brought up on an engine and on images of its own."""
