"""The newsroom that the tests run in: a folder of their own, made when pytest starts and gone when it ends."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from masthead.config.env import OTHER_NAMES, PREFIX

for _name in [name for name in os.environ if name.startswith(PREFIX) and name not in OTHER_NAMES]:
    del os.environ[_name]  # the tester's own newsroom has no say here

DATA = Path(tempfile.mkdtemp(prefix="masthead-test-"))
atexit.register(shutil.rmtree, DATA, ignore_errors=True)
os.environ["MASTHEAD_DATA"] = str(DATA)
os.environ["MASTHEAD_SECRET_KEY"] = "only-for-tests-" + "0123456789" * 5

# The server that DATABASE_URL names lends us a database of our own; that of the name itself stays untouched.
SERVER = os.environ.get("DATABASE_URL", "")
if SERVER:
    os.environ["DATABASE_URL"] = urlsplit(SERVER)._replace(path=f"/masthead_test_{os.getpid()}").geturl()

from masthead.config.settings import *  # noqa: E402, F403  the environment must be set before they are read

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # fast; the real one costs half a second each
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
MIDDLEWARE = [name for name in MIDDLEWARE if "whitenoise" not in name]  # noqa: F405  it reads STATIC_ROOT, which tests do not fill
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]

os.environ["DJANGO_SETTINGS_MODULE"] = "masthead.config.settings"  # what a test starts as a process of its own sees the same database
