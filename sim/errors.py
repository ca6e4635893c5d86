"""What went wrong, said to the user."""


class InputError(Exception):
    """Something the user gave cannot be used.

    The message is one line that names the key, the value given and what is allowed.
    """


class Interrupted(KeyboardInterrupt):
    """The user stopped the run; the message is one line that says what was kept."""


class IncompleteError(Exception):
    """Some units of the run failed; the message is one line that says how many and what is kept."""
