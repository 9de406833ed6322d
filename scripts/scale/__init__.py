"""What measures and derives the figures of docs/scale.md."""
