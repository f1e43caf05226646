"""One settings file, driven by the environment; the README lists every variable.

Nonsense is refused at start, and outside DEBUG nothing secret has a default.
"""

import secrets
from pathlib import Path
from zoneinfo import available_timezones

import django_stubs_ext
import environ
from csp.constants import SELF
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse_lazy

from marketplace.notify import vapid

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
django_stubs_ext.monkeypatch()  # forms.ModelForm[User] and the like work at run time too

DEBUG = env.bool("DEBUG", default=False)
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / ".data")))


def _secret_key() -> str:
    """SECRET_KEY from the environment; under DEBUG, one made once and kept in DATA_DIR."""
    key: str = env.str("SECRET_KEY", default="")
    if key:
        if len(key) < 32 and not DEBUG:
            raise ImproperlyConfigured("SECRET_KEY must have at least 32 characters.")
        return key
    if not DEBUG:
        raise ImproperlyConfigured("Set SECRET_KEY: production has no default secret.")
    file = DATA_DIR / "secret-key"
    if not file.exists():
        DATA_DIR.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(48))
    return file.read_text()


def _required(name: str) -> str:
    value: str = env.str(name, default="")
    if not value:
        raise ImproperlyConfigured(f"Set {name}: see the settings table in README.md.")
    return value


# --- the store ---------------------------------------------------------------------------------

STORE_NAME = env.str("STORE_NAME", default="Talad")
STORE_CURRENCY = env.str("STORE_CURRENCY", default="THB")
LOYALTY_CATEGORIES = "services.queries.browse.category_choices"  # what points may be given for
LOYALTY_SMS_SHOP = env.str("LOYALTY_SMS_SHOP", default="")  # the shop whose SMS gateway sends members' codes
STORE_COUNTRY = env.str("STORE_COUNTRY", default="TH")  # how a phone without country code is read
BASE_URL = env.str("BASE_URL", default=f"http://127.0.0.1:{env.int('PORT', default=8000)}").rstrip("/")

# --- security ----------------------------------------------------------------------------------

SECRET_KEY = _secret_key()
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"] if DEBUG else [])
if not ALLOWED_HOSTS:
    raise ImproperlyConfigured("Set ALLOWED_HOSTS to the names under which the site is reached.")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

HTTPS = env.bool("HTTPS", default=not DEBUG)  # off only for a trial on a LAN
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
if DEBUG and (port := env.str("PORT", default="")):
    SESSION_COOKIE_NAME = f"sessionid_{port}"  # a browser's cookies know no port: a second store beside it
SESSION_ENGINE = "django.contrib.sessions.backends.db"  # log-ins outlive a Redis that is down
CSRF_FAILURE_VIEW = "marketplace.common.views.csrf_failure"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [
            SELF,
            "data:",
            "blob:",
        ],  # data: for Bootstrap's form marks, blob: for previews
        "media-src": [SELF, "blob:"],
        "connect-src": [SELF],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": [SELF],
        "frame-ancestors": ["'none'"],
    }
}

# --- applications ------------------------------------------------------------------------------

INSTALLED_APPS = [
    "daphne",
    "marketplace.common",
    "marketplace.notify",
    "marketplace.demo",
    "accounts",
    "services",
    "messaging",
    "loyalty",
    "orders",
    "appointments",
    "followup",
    "delivery",
    "marketplace.apps.TaladAdminConfig",
    "django.forms",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.sitemaps",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "channels",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "phonenumber_field",
]

MIDDLEWARE = [
    "marketplace.common.page_cache.SignedOutPageCache",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "marketplace.common.middleware.database_outage",
    "marketplace.common.middleware.LastingSession",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "marketplace.common.middleware.readers_locale",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "accounts.middleware.own_password_first",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "marketplace.common.middleware.permissions_policy",
    "marketplace.common.middleware.friendly_not_found",
    "marketplace.common.middleware.friendly_not_allowed",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "marketplace.urls"
ASGI_APPLICATION = "marketplace.asgi.application"
WSGI_APPLICATION = "marketplace.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "marketplace.context.store",
            ],
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static"],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "bootstrap5"

# --- database, Redis ---------------------------------------------------------------------------

DATABASES = {"default": env.db_url_config(_required("DATABASE_URL"))}
DATABASES["default"]["ENGINE"] = "django.db.backends.postgresql"
_database_options = DATABASES["default"].setdefault("OPTIONS", {})
DATABASE_POOL = env.int("DATABASE_POOL", default=0)
if DATABASE_POOL:
    # Under ASGI a persistent connection per thread left 64-97 open; a pool holds what it is given.
    _database_options["pool"] = {
        "min_size": 1,
        "max_size": DATABASE_POOL,
        # How long a page waits before it says that the database is away.
        "timeout": 4,
        # Giving up early, the pool connects anew for the next page; by default its pauses double for five
        # minutes, and a site stayed away for a minute or more after PostgreSQL was back.
        "reconnect_timeout": 4,
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("DATABASE_CONN_MAX_AGE", default=60)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True  # after an outage a dead connection is replaced
_database_options.setdefault("connect_timeout", 5)

REDIS_URL = _required("REDIS_URL")
REDIS_DATABASE_OFFSET = env.int("REDIS_DATABASE_OFFSET", default=0)  # for several stores on one Redis


def _redis_url(database: int, scheme: str = "") -> str:
    """The same server, another database number; `scheme` for the clients that spell sockets otherwise."""
    database += REDIS_DATABASE_OFFSET
    base = REDIS_URL.split("?")[0]
    if base.startswith("unix://"):
        if scheme:
            return f"{scheme}://{base.removeprefix('unix://')}?virtual_host={database}"
        return f"{base}?db={database}"
    host = "/".join(base.split("/")[:3])
    return f"{host}/{database}"


REDIS_CACHE_URL = _redis_url(1)
CACHES = {
    "default": {
        "BACKEND": "marketplace.common.cache.OutageTolerantRedisCache",
        "LOCATION": REDIS_CACHE_URL,
        "KEY_PREFIX": "talad",
    }
}
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [_redis_url(3)], "prefix": f"talad{REDIS_DATABASE_OFFSET}"},
    }
}

CELERY_BROKER_URL = _redis_url(2, scheme="redis+socket")
CELERY_TASK_IGNORE_RESULT = True  # outcomes are rows in PostgreSQL
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # by default a worker gives Redis up after 50 minutes, and ends
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "socket_connect_timeout": 2,
}
CELERY_TASK_PUBLISH_RETRY = False  # the sweep picks up what could not be announced
CELERY_TIMEZONE = "UTC"
# Each run does all that is due, so after a pause of the worker one is enough: the others expire unread.
CELERY_BEAT_SCHEDULE = {
    "send-due-notifications": {"task": "notify.send_due", "schedule": 15.0, "options": {"expires": 15}},
    "ask-how-far-sms-got": {"task": "notify.ask_due", "schedule": 60.0, "options": {"expires": 60}},
    "worker-heartbeat": {"task": "common.heartbeat", "schedule": 15.0, "options": {"expires": 15}},
    "index-renamed-shops": {
        "task": "services.index_renamed_shops",
        "schedule": 300.0,
        "options": {"expires": 300},
    },
    "appointment-reminders": {
        "task": "appointments.send_reminders",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "send-due-outside-events": {
        "task": "orders.outside_send_due",
        "schedule": 15.0,
        "options": {"expires": 15},
    },
    "missed-calls": {"task": "appointments.close_calls", "schedule": 60.0, "options": {"expires": 60}},
    "follow-up-reminders": {"task": "followup.send_reminders", "schedule": 60.0, "options": {"expires": 60}},
    "ended-tasks": {"task": "followup.close_tasks", "schedule": 60.0, "options": {"expires": 60}},
    "silence-to-tasks": {"task": "followup.begin_tasks", "schedule": 300.0, "options": {"expires": 300}},
    "unpaid-orders": {"task": "orders.expire_unpaid", "schedule": 300.0, "options": {"expires": 300}},
    "purchases-without-points": {
        "task": "loyalty.award_waiting",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    # The task itself knows whether a new day of the store has begun.
    "loyalty-day": {"task": "loyalty.daily", "schedule": 600.0, "options": {"expires": 600}},
    "levels-changed": {"task": "loyalty.refresh_levels", "schedule": 60.0, "options": {"expires": 60}},
    "batches-left-behind": {
        "task": "loyalty.take_up_batches",
        "schedule": 15.0,
        "options": {"expires": 15},
    },
    "loyalty-figures": {
        "task": "loyalty.count_figures",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "friends-rewards": {
        "task": "loyalty.reward_referrals",
        "schedule": 300.0,
        "options": {"expires": 300},
    },
    "reports-ahead": {
        "task": "followup.make_reports_ahead",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
}

# --- people ------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "allauth.account.auth_backends.AuthenticationBackend",  # logs in
    "accounts.backends.ClaimedEmailBackend",
    "accounts.backends.OwnDigitsBackend",
    "loyalty.backends.RoleBackend",  # what a role may do in Django admin
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = reverse_lazy("account_login")
LOGIN_REDIRECT_URL = reverse_lazy("dashboard")
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {
    "email",
    "username",
}  # couriers and staff have usernames and need no email
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_PREVENT_ENUMERATION = "strict"  # signing up never tells whether an account exists
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_FORMS = {
    "signup": "accounts.forms.SignupForm",
    "login": "accounts.forms.LoginForm",
}
ACCOUNT_RATE_LIMITS = {
    "login_failed": "10/m/ip,5/5m/key",
    "callback_request": "5/h/ip,60/h/key",  # "contact me back", for each visitor and for each shop
    "sms_test": "10/h/user,20/h/ip",  # trying an SMS gateway out
}
# Every visitor's address is the proxy's unless the proxy is believed; none is by default, since anybody can
# send X-Forwarded-For. Sign-up, log-in and the limits above count by that address, the session list shows it.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", default=0)
if ALLAUTH_TRUSTED_PROXY_COUNT < 0:
    raise ImproperlyConfigured("TRUSTED_PROXIES is how many proxies stand before the site: 0 or more.")
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG
MFA_TOTP_ISSUER = STORE_NAME
MFA_ADAPTER = "accounts.adapter.MFAAdapter"
MFA_FORMS = {
    "authenticate": "accounts.mfa_forms.AuthenticateForm",
    "reauthenticate": "accounts.mfa_forms.ReauthenticateForm",
    "activate_totp": "accounts.mfa_forms.ActivateTOTPForm",
}

# --- languages, calendars ----------------------------------------------------------------------

LANGUAGES = [("en", "English"), ("th", "ไทย"), ("fa", "فارسی"), ("vi", "Tiếng Việt")]
LANGUAGE_CODE = env.str("LANGUAGE_CODE", default="en")
LOCALE_PATHS = [BASE_DIR / "marketplace" / "locale"]
USE_I18N = USE_TZ = True
TIME_ZONE = env.str("TIME_ZONE", default="Asia/Bangkok")
if TIME_ZONE not in available_timezones():
    raise ImproperlyConfigured(f"TIME_ZONE={TIME_ZONE!r} is not a zone such as Asia/Bangkok.")
if LANGUAGE_CODE not in dict(LANGUAGES):
    raise ImproperlyConfigured("LANGUAGE_CODE must be one of en, th, fa, vi.")
PHONENUMBER_DEFAULT_REGION = STORE_COUNTRY
PHONENUMBER_DB_FORMAT = "E164"

# --- files -------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "marketplace.common.vendor_files.VendorFilesFinder",
]
MEDIA_ROOT = DATA_DIR / "media"
MEDIA_URL = "/media/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "marketplace.common.vendor_files.HashedStaticFilesStorage"},
}
WHITENOISE_MAX_AGE = 3600
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = False  # under DEBUG too: collected and compressed
UPLOAD_MAX_BYTES = 10 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o640

# --- telling people ----------------------------------------------------------------------------

_email = env.email_url_config(env.str("EMAIL_URL", default="consolemail://"))
EMAIL_BACKEND = _email["EMAIL_BACKEND"]
EMAIL_HOST = _email.get("EMAIL_HOST") or ""
EMAIL_PORT = _email.get("EMAIL_PORT") or 25
EMAIL_HOST_USER = _email.get("EMAIL_HOST_USER") or ""
EMAIL_HOST_PASSWORD = _email.get("EMAIL_HOST_PASSWORD") or ""
EMAIL_USE_TLS = _email.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = _email.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 15
if EMAIL_BACKEND.endswith("console.EmailBackend"):
    EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"  # readable at /outbox/ all the same
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str(
    "DEFAULT_FROM_EMAIL", default=f"{STORE_NAME} <no-reply@localhost>"
)
# Each shop chooses its own SMS gateway; where the two named ones are, or a proxy to them.
KAVENEGAR_URL = env.str("KAVENEGAR_URL", default="https://api.kavenegar.com").rstrip("/")
TWILIO_URL = env.str("TWILIO_URL", default="https://api.twilio.com").rstrip("/")

VAPID_PUBLIC_KEY = env.str("VAPID_PUBLIC_KEY", default="")
VAPID_PRIVATE_KEY = env.str("VAPID_PRIVATE_KEY", default="")
if VAPID_PUBLIC_KEY or VAPID_PRIVATE_KEY:
    if not vapid.belong_together(VAPID_PUBLIC_KEY, VAPID_PRIVATE_KEY):
        raise ImproperlyConfigured(
            "VAPID_PUBLIC_KEY and VAPID_PRIVATE_KEY belong together: "
            "`python -m marketplace.notify.vapid` makes a pair."
        )
elif DEBUG:
    VAPID_PUBLIC_KEY, VAPID_PRIVATE_KEY = vapid.pair_from(SECRET_KEY)

# --- calls -------------------------------------------------------------------------------------

STUN_URLS = env.list("STUN_URLS", default=[])
TURN_URLS = env.list("TURN_URLS", default=[])
TURN_SECRET = env.str("TURN_SECRET", default="")
TURN_TTL_SECONDS = env.int("TURN_TTL_SECONDS", default=3600)
# "relay" sends every call through TURN: hides people's addresses from each other, and proves the relay.
ICE_TRANSPORT_POLICY = env.str("ICE_TRANSPORT_POLICY", default="all")
if ICE_TRANSPORT_POLICY not in ("all", "relay"):
    raise ImproperlyConfigured("ICE_TRANSPORT_POLICY is all or relay.")
if TURN_URLS and not TURN_SECRET:
    raise ImproperlyConfigured("TURN_URLS needs TURN_SECRET, the relay's static-auth-secret.")

# --- the shops' own order systems ---------------------------------------------------------------

# http:// and addresses of private networks; a trial on one machine needs them, a public site never does.
OUTSIDE_ALLOW_PRIVATE = env.bool("OUTSIDE_ALLOW_PRIVATE", default=DEBUG)
OUTSIDE_TIMEOUT_SECONDS = env.float("OUTSIDE_TIMEOUT_SECONDS", default=10.0)
if not 1 <= OUTSIDE_TIMEOUT_SECONDS <= 60:
    raise ImproperlyConfigured("OUTSIDE_TIMEOUT_SECONDS is between 1 and 60.")

# --- logs --------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="WARNING")},
    "loggers": {
        "django": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        "django.request": {"level": "ERROR"},
    },
}
SILENCED_SYSTEM_CHECKS: list[str] = []
