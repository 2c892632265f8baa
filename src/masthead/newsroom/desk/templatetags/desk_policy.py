"""The nonce, for the templates that start Wagtail's fields."""

from django import template

from masthead.newsroom.desk.policy import present_nonce

register = template.Library()
register.simple_tag(present_nonce, name="desk_nonce")
