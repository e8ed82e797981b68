"""The one exception of the engine: its message is what the user sees."""


class EngineError(Exception):
    """A model or an input cannot be used. The message says what was found and what to do next."""
