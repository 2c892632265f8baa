"""What the desk keeps. One file a noun; import them from here."""

from masthead.newsroom.desk.models.acceptances import Acceptance
from masthead.newsroom.desk.models.choices import CheckChoice
from masthead.newsroom.desk.models.house import DeskRule
from masthead.newsroom.desk.models.rechecks import ArchiveFinding, CheckedStory, Recheck
from masthead.newsroom.desk.models.words import HouseWord

__all__ = ["Acceptance", "ArchiveFinding", "CheckChoice", "CheckedStory", "DeskRule", "HouseWord", "Recheck"]
