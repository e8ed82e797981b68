"""Exception of steps and of what follows from them; its message is what the user sees."""


class StageError(Exception):
    """A step cannot make a result that may ship. The message says what was found and what to do next."""
