"""The log is for people: what happens all day and matters to nobody stays out of it."""

import logging

from django.core.exceptions import ObjectDoesNotExist

from masthead.config.log import GoneMeanwhile


def record_of(error: Exception) -> logging.LogRecord:
    return logging.LogRecord("django_tasks", logging.ERROR, "", 0, "Task failed", (), (type(error), error, None))


def test_an_index_task_whose_row_was_replaced_leaves_no_traceback():
    assert not GoneMeanwhile().filter(record_of(ObjectDoesNotExist()))


def test_a_task_that_really_failed_does():
    assert GoneMeanwhile().filter(record_of(ValueError()))
    assert GoneMeanwhile().filter(logging.LogRecord("django_tasks", logging.INFO, "", 0, "done", (), None))
