"""Who speaks, who relays, and where words can be seen. One file each; import them from here."""

from masthead.newsroom.sources.models.captures import Capture
from masthead.newsroom.sources.models.documents import SourceDocument
from masthead.newsroom.sources.models.links import LinkState
from masthead.newsroom.sources.models.parties import Affiliation, OutletDomain, Party, PartyName, Position
from masthead.newsroom.sources.protected.models import ProtectedSource

__all__ = ["Affiliation", "Capture", "LinkState", "OutletDomain", "Party", "PartyName", "Position", "ProtectedSource", "SourceDocument"]
