"""Routes of the HTTP API, their bodies, and their OpenAPI description."""
