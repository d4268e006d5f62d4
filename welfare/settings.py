"""Every setting of Handrail, read once from the environment (twelve-factor).

A name ends in its unit (`_S` seconds, `_MB` mebibytes). `.env` beside manage.py is read when it is there.
"""

import re
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

from alerts.retention import rules as retention

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

# --- Core ---------------------------------------------------------------------------------------------------
DEBUG = env.bool("DEBUG", False)
TESTING = env.bool("HANDRAIL_TESTING", False)
SECRET_KEY = env.str("SECRET_KEY", "")
if not SECRET_KEY:
    raise ImproperlyConfigured(
        "SECRET_KEY is not set. Put a long random text in the environment or in .env: "
        "SECRET_KEY=$(python -c 'import secrets; print(secrets.token_urlsafe(50))')"
    )
PUBLIC_URL = env.str("PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/")
"""Where people and Twilio reach this service; signatures of callbacks are checked against it."""
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "testserver"])
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
RUN_DIR = Path(env.str("HANDRAIL_RUN_DIR", str(BASE_DIR / ".run")))
MEDIA_ROOT = Path(env.str("HANDRAIL_MEDIA_DIR", str(RUN_DIR / "media")))
"""Stills and clips. Served only through views that check who asks; never by a static server."""
RECORDINGS = "recordings"
"""Folder below RUN_DIR with the rings of the cameras that are watched on this machine."""

INSTALLED_APPS = [
    "alerts.accounts.admin_site.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "zones",
    "alerts",
    "welfare.calibration",
    "welfare.fleet",
    "welfare",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "alerts.console.content_policy.content_policy",
    "alerts.accounts.gate.Gate",
]
ROOT_URLCONF = "welfare.urls"
ASGI_APPLICATION = "welfare.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
FIXTURE_DIRS = [BASE_DIR / "fixtures"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "en-gb"
LOCALE_PATHS = [BASE_DIR / "locale"]  # plainer words for pages that are not our own
FORM_RENDERER = "alerts.naming_fields.FormRenderer"
TIME_ZONE = env.str("TIME_ZONE", "Europe/London")
USE_TZ = True
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = True  # static/ and the admin's files are served as they lie there
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "console"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# --- Log-ins ------------------------------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = ["alerts.accounts.backend.RoleBackend"]
SECOND_STEP_ROLES = env.list("SECOND_STEP_ROLES", default=["supervisor", "zone_admin", "auditor", "superuser"])
"""Roles that must have a second step at log-in (an authenticator app or a passkey); operators and partners may."""
ACCOUNT_ADAPTER = "alerts.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = False
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False  # this session goes on; Django ends every other one
ACCOUNT_RATE_LIMITS = False  # alerts/accounts/lockout.py holds who fails too often, in all processes alike
MFA_FORMS = {"authenticate": "alerts.accounts.forms.SecondStepForm"}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Handrail"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PUBLIC_URL.startswith("https://")  # the demo's loopback address
SOCIALACCOUNT_ADAPTER = "alerts.accounts.adapter.ProviderAdapter"
SOCIALACCOUNT_LOGIN_ON_GET = True  # by a link: the content policy lets no form lead to another site
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"
SOCIALACCOUNT_STORE_TOKENS = False
OIDC_ISSUER = env.str("OIDC_ISSUER", "")
OIDC_CLIENT_ID = env.str("OIDC_CLIENT_ID", "")
OIDC_CLIENT_SECRET = env.str("OIDC_CLIENT_SECRET", "")
OIDC_USERNAME_CLAIM = env.str("OIDC_USERNAME_CLAIM", "preferred_username")
"""The claim of the organisation's provider that is the person's user name here; one that people cannot change."""
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "sso",
                "name": env.str("OIDC_NAME", "single sign-on"),
                "client_id": OIDC_CLIENT_ID,
                "secret": OIDC_CLIENT_SECRET,
                "settings": {"server_url": OIDC_ISSUER},
            }
        ]
        if OIDC_ISSUER
        else [],
    }
}

# --- Database and broker ------------------------------------------------------------------------------------
DATABASES = {"default": env.db_url("DATABASE_URL", default="postgresql://postgres@/handrail")}
if DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql":
    raise ImproperlyConfigured("DATABASE_URL must name a PostgreSQL database: Handrail's claims and triggers need it.")
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASE_IDLE_IN_TRANSACTION_S = env.float("DATABASE_IDLE_IN_TRANSACTION_S", 10.0)
"""Longest that a connection may hold a transaction open and do nothing: its locks may be on an incident."""
DATABASES["default"].setdefault("OPTIONS", {}).update(
    connect_timeout=5,
    # A database host that vanishes is noticed within ten seconds instead of a quarter of an hour.
    keepalives_idle=5,
    keepalives_interval=2,
    keepalives_count=3,
    tcp_user_timeout=10_000,
    options=f"-c idle_in_transaction_session_timeout={DATABASE_IDLE_IN_TRANSACTION_S * 1000:.0f}",
)
REDIS_URL = env.str("REDIS_URL", "redis://127.0.0.1:6379/0")
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1)
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_DIRECT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_WORKER_PROC_ALIVE_TIMEOUT = 60  # seconds: a child loads the networks before it says that it is up
CELERY_TASK_DEFAULT_QUEUE = "media"
CELERY_TIMEZONE = "UTC"

# --- Secrets at rest ----------------------------------------------------------------------------------------
CREDENTIAL_KEYS = env.list("CREDENTIAL_KEYS", default=[])
"""Fernet keys for camera passwords, newest first; empty derives one from SECRET_KEY."""

# --- Twilio -------------------------------------------------------------------------------------------------
TWILIO_ACCOUNT_SID = env.str("TWILIO_ACCOUNT_SID", "")
TWILIO_AUTH_TOKEN = env.str("TWILIO_AUTH_TOKEN", "")
TWILIO_FROM_NUMBER = env.str("TWILIO_FROM_NUMBER", "")
TWILIO_BASE_URL = env.str("TWILIO_BASE_URL", "https://api.twilio.com").rstrip("/")
TWILIO_MORE_NUMBERS = env.list("TWILIO_MORE_NUMBERS", default=[])
TWILIO_TIMEOUT_S = env.float("TWILIO_TIMEOUT_S", 5.0)
TWILIO_SMS_PER_S = env.float("TWILIO_SMS_PER_S", 1.0)
"""What one sender number may send in a second; Twilio's own rate for a UK long code. Urgent pages never wait for it."""
TWILIO_ANSWERING_MACHINE_HINT = env.bool("TWILIO_ANSWERING_MACHINE_HINT", True)
TWILIO_2_ACCOUNT_SID = env.str("TWILIO_2_ACCOUNT_SID", "")
TWILIO_2_AUTH_TOKEN = env.str("TWILIO_2_AUTH_TOKEN", "")
TWILIO_2_FROM_NUMBER = env.str("TWILIO_2_FROM_NUMBER", "")
TWILIO_2_BASE_URL = env.str("TWILIO_2_BASE_URL", "https://api.twilio.com").rstrip("/")
"""A second account stands by: what the first refuses or does not answer goes out by it."""

# --- Other channels -----------------------------------------------------------------------------------------
CHANNEL_TIMEOUT_S = env.float("CHANNEL_TIMEOUT_S", 5.0)
"""Longest wait for a mail server, a push service, a webhook's receiver or an MQTT broker."""
VAPID_PRIVATE_KEY = env.str("VAPID_PRIVATE_KEY", "")
VAPID_CONTACT = env.str("VAPID_CONTACT", "")
EMAIL_URL = env.str("EMAIL_URL", "")
EMAIL_FROM = env.str("EMAIL_FROM", "")
if EMAIL_URL:
    vars().update(env.email_url("EMAIL_URL"))
EMAIL_TIMEOUT = CHANNEL_TIMEOUT_S
DEFAULT_FROM_EMAIL = EMAIL_FROM
MQTT_URL = env.str("MQTT_URL", "")
MQTT_CA_FILE = env.str("MQTT_CA_FILE", "")

# --- The partner page ---------------------------------------------------------------------------------------
PARTNER_LINK_HOURS = env.int("PARTNER_LINK_HOURS", 24)
"""How long the link in a message still opens after its incident was closed."""

# --- The engine and the watchdog ----------------------------------------------------------------------------
SENDERS = env.int("SENDERS", 8)
"""Pages that one engine sends at once."""
ENGINE_STATEMENT_S = env.float("ENGINE_STATEMENT_S", 5.0)
ENGINE_LOCK_S = env.float("ENGINE_LOCK_S", 1.0)
DEADMAN_URL = env.str("DEADMAN_URL", "")
DEADMAN_EVERY_S = env.float("DEADMAN_EVERY_S", 30.0)
WATCHDOG_NUMBERS = env.list("WATCHDOG_NUMBERS", default=[])
"""Mobile numbers of who mends Handrail: told when the engine or the database does not answer, E.164."""
AUDIT_ANCHORS = Path(env.str("AUDIT_ANCHORS", str(RUN_DIR / "audit-anchors.txt")))

# --- Finding cameras ----------------------------------------------------------------------------------------
ONVIF_DISCOVERY = env.str("ONVIF_DISCOVERY", "239.255.255.250:3702")
"""Where "find cameras on this network" asks: WS-Discovery's group, or a discovery proxy's host and port."""
if not re.fullmatch(r"[^:]+:\d{1,5}", ONVIF_DISCOVERY):
    raise ImproperlyConfigured(f"ONVIF_DISCOVERY is {ONVIF_DISCOVERY!r}: write host:port, like 239.255.255.250:3702.")

# --- The map -------------------------------------------------------------------------------------------------
MAP_TILES_URL = env.str("MAP_TILES_URL", "")
"""The map's tiles, like https://tiles.example.org/{z}/{x}/{y}.png; without them it is a plain plan."""
MAP_TILES_CREDIT = env.str("MAP_TILES_CREDIT", "")
TILES_FORM = r"https?://[A-Za-z0-9.:-]+/(?=\S*\{z\})(?=\S*\{x\})(?=\S*\{y\})[^\s;,'\"<>]*"
if MAP_TILES_URL and not re.fullmatch(TILES_FORM, MAP_TILES_URL):
    raise ImproperlyConfigured(
        f"MAP_TILES_URL is {MAP_TILES_URL!r}: write one address with all three places, "
        "like https://tiles.example.org/{z}/{x}/{y}.png."
    )

# --- The watch ----------------------------------------------------------------------------------------------
ANALYSIS_FPS = env.float("ANALYSIS_FPS", 5.0)
DETECTOR = {
    "providers": env.list("ONNX_PROVIDERS", default=["CPUExecutionProvider"]),
    "threads": env.int("ONNX_THREADS", 1),
    "precision": env.str("DETECTOR_PRECISION", "auto"),
}
"""ONNX Runtime's providers in order of preference (CUDA, TensorRT and OpenVINO where it has them), threads of one run,
and float, int8 or auto: int8 where the processor multiplies 8-bit numbers."""
TRACK_HOURS = env.float("TRACK_HOURS", 12.0)
"""A run hands its camera over after so long; 0 for never."""
TRACK_MEMORY_MB = env.float("TRACK_MEMORY_MB", 2048.0)
"""A run hands its camera over when its process has grown so large, and the process ends; 0 for never."""
if TRACK_MEMORY_MB:
    CELERY_WORKER_MAX_MEMORY_PER_CHILD = int(TRACK_MEMORY_MB * 1024)  # kibibytes
METRICS_TOKEN = env.str("METRICS_TOKEN", "")
"""What Prometheus sends as its bearer token; without one /metrics is closed."""
RECORDING_MAX_MB = env.int("RECORDING_MAX_MB", 512)
"""Room for one camera's ring of recorded segments."""
CLIP_BEFORE_S = env.float("CLIP_BEFORE_S", 10.0)
CLIP_AFTER_S = env.float("CLIP_AFTER_S", 20.0)
CLIP_LONGEST_S = env.float("CLIP_LONGEST_S", 900.0)
"""A clip grows until its incident is closed, but no longer than this after the concern."""

# --- The API -------------------------------------------------------------------------------------------------
API_PER_MINUTE = env.int("API_PER_MINUTE", 120)
"""Requests that one token may make in a minute, and at once."""

# --- What anybody may know ----------------------------------------------------------------------------------
ABOUT_OPERATOR = env.str("ABOUT_OPERATOR", "")
ABOUT_CONTACT = env.str("ABOUT_CONTACT", "")
ABOUT_PURPOSE = env.str("ABOUT_PURPOSE", "that a trained person looks sooner when somebody may need help.")
ABOUT_LAWFUL_BASIS = env.str("ABOUT_LAWFUL_BASIS", "")
ABOUT_COUNTS = env.str("ABOUT_COUNTS", "auto")
"""Figures by month on the public page: auto (where three sites and more share them), always or never."""
if ABOUT_COUNTS not in ("auto", "always", "never"):
    raise ImproperlyConfigured(f'ABOUT_COUNTS is "{ABOUT_COUNTS}": set it to auto, always or never.')

# --- Retention ----------------------------------------------------------------------------------------------
try:
    RETENTION_DAYS = retention.table(env.dict("RETENTION_DAYS", default={}))
except retention.RetentionError as error:
    raise ImproperlyConfigured(f"RETENTION_DAYS: {error}") from error
"""Days by class: the table of `alerts.retention.rules`, with what this installation has chosen."""

# --- Evidence packs -----------------------------------------------------------------------------------------
EVIDENCE_SIGNING_KEY = env.str("EVIDENCE_SIGNING_KEY", "")
"""Ed25519 key that signs evidence packs, made by `manage.py make_signing_key`; without it none is made."""

# --- Web safety ---------------------------------------------------------------------------------------------
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = PUBLIC_URL.startswith("https://")
CSRF_COOKIE_SECURE = SESSION_COOKIE_SECURE
SECURE_HSTS_SECONDS = 31_536_000 if SESSION_COOKIE_SECURE else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "alerts.error_pages.stale_form"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "welfare.log.Line", "fmt": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    # Twilio's client logs whole requests at INFO: numbers and messages do not belong in a log.
    "loggers": {"twilio": {"level": "WARNING"}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", "INFO")},
}
