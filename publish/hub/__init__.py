"""The Hugging Face Hub: reading, retries, errors in words."""
