"""A run folder to the Hugging Face Hub, and back: stage, plan, push, verify."""
