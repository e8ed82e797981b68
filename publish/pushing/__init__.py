"""A push: from a finished run to commits on the Hub."""
