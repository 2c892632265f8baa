"""What people do at the desk. Keyword-only, one transaction each; import them from here."""

from masthead.newsroom.desk.actions.acceptances import AcceptanceRefused, accept
from masthead.newsroom.desk.actions.choices import NoSuchCheck, choose
from masthead.newsroom.desk.actions.rechecks import start_recheck, stop_recheck
from masthead.newsroom.desk.actions.words import HouseWordRefused, add_house_word

__all__ = ["AcceptanceRefused", "HouseWordRefused", "NoSuchCheck", "accept", "add_house_word", "choose", "start_recheck", "stop_recheck"]
