"""The HTTP service. Handed its models by app.py, it imports neither the engine nor the page."""
