"""Gradio page. It is handed its taggers and loads none, so each part runs on its own."""
