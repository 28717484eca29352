"""The one error that is a person's to mend: its message says what was wrong, where, and what to do."""


class ThresherError(Exception):
    """A mistake of the user's or of the machine's in one clear line, which the commands print without a traceback."""


class UsageError(ThresherError):
    """A wrong option, recipe or path, found before Spark starts: the commands end with exit code 2."""
