"""What the log leaves out: it is read by people, one line for each thing that happened."""

import logging

from django.core.exceptions import ObjectDoesNotExist


class GoneMeanwhile(logging.Filter):
    """Leaves out tasks that found their object deleted: Wagtail indexes each saved row later, and rows are replaced at each save."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Say whether the record is worth a line."""
        return not (record.exc_info and isinstance(record.exc_info[1], ObjectDoesNotExist))
