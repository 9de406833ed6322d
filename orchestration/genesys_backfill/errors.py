"""What goes wrong with a partition, each in one line."""


class BackfillError(Exception):
    """Something that a user can mend: what failed, where, and what to do."""


class ProjectError(BackfillError):
    """There is no Meltano project to run, or it is not installed."""


class PartitionFailedError(BackfillError):
    """Meltano did not load the partition."""


class PartitionIncompleteError(BackfillError):
    """Meltano ended well, but the platform does not have all of the day yet."""
