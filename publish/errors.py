"""The user-facing errors of publishing: the message is all that the command prints."""


class PublishError(Exception):
    """Something cannot be published or verified. The message says what was found and what to do next."""


class UnreachableError(PublishError):
    """No answer from the Hub at all."""
