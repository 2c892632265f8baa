"""The front: processes of their own that answer readers from the page store and hand the rest to Django. Loads no Django."""
