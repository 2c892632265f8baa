"""The newsroom's nouns. One file each; import them from here."""

from masthead.newsroom.stories.models.corrections import Correction
from masthead.newsroom.stories.models.front import FrontPage, InfoPage, Secondary, SectionPage
from masthead.newsroom.stories.models.people import Author, Byline
from masthead.newsroom.stories.models.publication import Publication
from masthead.newsroom.stories.models.statements import Hop, Statement
from masthead.newsroom.stories.models.story import StoryPage
from masthead.newsroom.stories.models.topics import Topic

__all__ = ["Author", "Byline", "Correction", "FrontPage", "Hop", "InfoPage", "Publication", "Secondary", "SectionPage", "Statement", "StoryPage", "Topic"]
