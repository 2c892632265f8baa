"""What the browser sends when a story is published from the editor."""

from wagtail.test.utils.form_data import nested_form_data, streamfield


def form(**words):
    text = '{"blocks": [{"key": "a", "text": "Words that took an hour.", "type": "unstyled", "depth": 0, "inlineStyleRanges": [], "entityRanges": []}], "entityMap": {}}'
    whole = {
        "title": "The ferry",
        "slug": "the-ferry",
        "label": "news",
        "language": "en",
        "body": streamfield([("paragraphs", text)]),
        "bylines-TOTAL_FORMS": "0",
        "bylines-INITIAL_FORMS": "0",
        "bylines-MIN_NUM_FORMS": "0",
        "bylines-MAX_NUM_FORMS": "1000",
        "comments-TOTAL_FORMS": "0",
        "comments-INITIAL_FORMS": "0",
        "comments-MIN_NUM_FORMS": "0",
        "comments-MAX_NUM_FORMS": "",
        "action-publish": "action-publish",
    }
    return nested_form_data(whole | words)
