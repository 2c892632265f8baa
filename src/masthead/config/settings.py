"""Django's settings, derived from one typed Env. Nothing else in the house reads the environment."""

import os
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from masthead.config import services
from masthead.config.env import read_env

ENV = read_env(data=Path(os.environ.get("MASTHEAD_DATA", "newsroom")).resolve())
PACKAGE = Path(__file__).resolve().parent.parent

# --- the newsroom ---------------------------------------------------------------------------------
DEBUG = ENV.debug
# A newsroom without a key can be checked and migrated, but `run` and `doctor` refuse it.
SECRET_KEY = ENV.secret_key or "not-a-secret-only-for-commands-that-sign-nothing"
ALLOWED_HOSTS = ["*"] if ENV.debug else sorted({ENV.host, "localhost", "127.0.0.1", "[::1]"})
CSRF_TRUSTED_ORIGINS = [ENV.address]
SITE_NAME = ENV.name
TIME_ZONE = ENV.time_zone
USE_TZ = True
LANGUAGE_CODE = ENV.language
USE_I18N = True
FORMAT_MODULE_PATH = ["masthead.config.formats"]

INSTALLED_APPS = [
    "masthead.kernel",
    "masthead.readers",
    "masthead.funding.ledger",
    "masthead.funding.guard",
    "masthead.funding.campaigns",
    "masthead.funding.giving",
    "masthead.funding.books",
    "masthead.funding.providers.practice",
    "masthead.newsroom.staff",
    "masthead.newsroom.pictures",
    "masthead.newsroom.sources",
    "masthead.newsroom.stories",
    "masthead.newsroom.desk",
    "masthead.search",
    "masthead.syndication",
    "masthead.moving",
    "masthead.delivery",
    "masthead.config",
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "wagtail.contrib.typed_table_block",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_filters",
    "django_tasks",
    "django_tasks_db",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "masthead.delivery.middleware.PublicPolicy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "masthead.newsroom.desk.policy.DeskPolicy",
    "masthead.moving.middleware.OldAddresses",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "masthead.newsroom.desk.middleware.SayWhy",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
]

ROOT_URLCONF = "masthead.config.urls"
WSGI_APPLICATION = "masthead.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- data -----------------------------------------------------------------------------------------


def _database() -> dict[str, object]:
    if not ENV.database_url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": ENV.data / "newsroom.sqlite3",
            # Opening the file and reading its schema, and the tidying up when the last one closes it, cost more than a request's own queries.
            "CONN_MAX_AGE": 60,
            # IMMEDIATE: 16 writers fail 7,825 of 8,000 transactions without it, none with it.
            # FULL: an acknowledged gift must survive power loss.
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA recursive_triggers=ON;",
            },
        }
    url = urlsplit(ENV.database_url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(url.path.strip("/")),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": unquote(url.hostname or ""),
        "PORT": str(url.port or ""),
        "OPTIONS": dict(parse_qsl(url.query)),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
MEDIA_ROOT = ENV.data / "media"
MEDIA_URL = "/media/"
PAGES_ROOT = ENV.pages
CAPTURES_ROOT = ENV.data / "captures"  # kept copies of other people's pages: no address leads here
STATIC_URL = "/static/"
STATIC_ROOT = ENV.data / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
} | (services.file_storages(ENV.media_url) if ENV.media_url else {})
FILE_UPLOAD_PERMISSIONS = 0o640
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 2**20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000  # Wagtail's editor sends one field per block value
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
if ENV.redis_url:
    _apps, TASKS, RQ_QUEUES = services.task_queue(ENV.redis_url)
    INSTALLED_APPS += _apps
WAYBACK_KEY = ENV.wayback_key
PERMA_KEY = ENV.perma_key

# --- people ---------------------------------------------------------------------------------------
AUTH_USER_MODEL = "staff.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "wagtailadmin_login"
WAGTAILADMIN_USER_LOGIN_FORM = "masthead.newsroom.staff.forms.SignInForm"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ENV.address.startswith("https://")

# --- mail -----------------------------------------------------------------------------------------
_mail = urlsplit(ENV.mail_url)
EMAIL_BACKEND = f"django.core.mail.backends.{'console' if _mail.scheme == 'console' else 'smtp'}.EmailBackend"
EMAIL_HOST = _mail.hostname or "localhost"
EMAIL_PORT = _mail.port or (465 if _mail.scheme == "smtps" else 587)
EMAIL_HOST_USER = unquote(_mail.username or "")
EMAIL_HOST_PASSWORD = unquote(_mail.password or "")
EMAIL_USE_SSL = _mail.scheme == "smtps"
EMAIL_USE_TLS = _mail.scheme == "smtp" and bool(_mail.username)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = ENV.mail_from or f"newsroom@{ENV.host}"

# --- safety ---------------------------------------------------------------------------------------
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_SSL_REDIRECT = False  # the proxy in front does it; doctor says so
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENV.address.startswith("https://") else None
SECURE_HSTS_SECONDS = 30 * 24 * 3600 if ENV.address.startswith("https://") else 0
SILENCED_SYSTEM_CHECKS = [
    "security.W005",  # other hosts of the newsroom's domain are not ours to bind to HTTPS
    "security.W008",  # as SECURE_SSL_REDIRECT above
    "security.W019",  # as X_FRAME_OPTIONS below
    "security.W021",  # a browser's preload list is for good; that is the newsroom's own decision
]
X_FRAME_OPTIONS = "SAMEORIGIN"  # Wagtail's preview panel frames our own pages
FORMS_URLFIELD_ASSUME_HTTPS = True  # Django 6 does so by itself; take this away with it

# --- Wagtail --------------------------------------------------------------------------------------
WAGTAIL_SITE_NAME = ENV.name
WAGTAIL_USER_TIME_ZONES = [ENV.time_zone]  # hours at the desk are the newsroom's, for everybody
WAGTAILADMIN_BASE_URL = ENV.address
WAGTAIL_ENABLE_UPDATE_CHECK = False  # no call home
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAILIMAGES_IMAGE_MODEL = "pictures.Picture"
WAGTAILIMAGES_IMAGE_FORM_BASE = "masthead.newsroom.pictures.forms.PictureForm"
WAGTAILIMAGES_MAX_IMAGE_PIXELS = 40 * 10**6  # a 4 KB file of 128 megapixels took 2 GB to decode
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 30 * 2**20
WAGTAILIMAGES_EXTENSIONS = ["avif", "gif", "jpg", "jpeg", "png", "webp"]
WAGTAILDOCS_DOCUMENT_MODEL = "pictures.Attachment"
WAGTAILDOCS_SERVE_METHOD = "serve_view"
WAGTAILEMBEDS_RESPONSIVE_HTML = True
WAGTAIL_WORKFLOW_REQUIRE_REAPPROVAL_ON_EDIT = True
WAGTAILREDIRECTS_AUTO_CREATE = True
WAGTAIL_DATE_FORMAT = "%Y-%m-%d"
WAGTAIL_DATETIME_FORMAT = "%Y-%m-%d %H:%M"
WAGTAIL_TIME_FORMAT = "%H:%M"
WAGTAILSEARCH_BACKENDS = {"default": services.search_backend(ENV.search_url) if ENV.search_url else {"BACKEND": "wagtail.search.backends.database"}}
TAGGIT_CASE_INSENSITIVE = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "filters": {"gone_meanwhile": {"()": "masthead.config.log.GoneMeanwhile"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"masthead": {"level": "INFO"}, "django_tasks": {"filters": ["gone_meanwhile"]}},
}
