"""Writes of the sources room, one file for each noun."""

from masthead.newsroom.sources.actions.archiving import known_archives, poll_archive, queue_archive
from masthead.newsroom.sources.actions.captures import CaptureRefused, queue_capture, take_capture, wake_captures
from masthead.newsroom.sources.actions.checking import check_document, check_links, note_links
from masthead.newsroom.sources.actions.documents import DocumentRefused, add_document
from masthead.newsroom.sources.actions.filling import fill_document
from masthead.newsroom.sources.actions.merging import MergeRefused, merge_documents, merge_parties
from masthead.newsroom.sources.actions.parties import PartyRefused, create_party
from masthead.newsroom.sources.actions.uploads import upload_capture
from masthead.newsroom.sources.actions.visibility import hold_capture, is_whole, publish_capture, withdraw_capture

__all__ = [
    "CaptureRefused",
    "DocumentRefused",
    "MergeRefused",
    "PartyRefused",
    "add_document",
    "check_document",
    "check_links",
    "create_party",
    "fill_document",
    "hold_capture",
    "is_whole",
    "known_archives",
    "merge_documents",
    "merge_parties",
    "note_links",
    "poll_archive",
    "publish_capture",
    "queue_archive",
    "queue_capture",
    "take_capture",
    "upload_capture",
    "wake_captures",
    "withdraw_capture",
]
