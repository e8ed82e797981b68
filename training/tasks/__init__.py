"""Tasks: what models do with a text. A record for each says all that differs between them."""
