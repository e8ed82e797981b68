"""The Gradio page. It is handed its taggers and imports no engine, so each part runs on its own."""
