"""Exception of the stages after training; its message is what the user sees."""


class StageError(Exception):
    """A stage cannot make a result that may ship. The message says what was found and what to do next."""
