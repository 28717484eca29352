"""What happened, drawn: one self-contained HTML file."""
