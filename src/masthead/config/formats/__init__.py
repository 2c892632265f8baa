"""How dates and hours are written, by language, where Django's own way is not a newsroom's."""
