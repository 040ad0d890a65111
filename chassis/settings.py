"""The settings of a process: read once at its root, frozen, and passed on from there.

Every process of the product (a service, the workflow worker, the trace page, a migration) is the
same image and the same command; these variables alone decide what it is. `.env.example` lists
them, and a test compares that list and `compose.yaml` with this class.
"""

from typing import Literal

from pydantic import AliasChoices, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PLACEHOLDER = "change-me"


class Settings(BaseSettings):
    """One process's settings. Variables are `KASANE_<FIELD>`, but for the standard names."""

    model_config = SettingsConfigDict(env_prefix="KASANE_", frozen=True, extra="ignore")

    profile: Literal["embedded", "production"] = "production"
    """`embedded` is the one-machine stack; it alone allows the built-in login issuer."""

    host: str = "127.0.0.1"
    port: int = 8080
    """Where this process listens for HTTP."""

    public_url: str = "http://127.0.0.1:8600"
    """The front door, as people and frontline systems see it. No trailing slash."""

    admin_database_url: SecretStr | None = None
    """Only `kasane migrate` has it: it makes the schemas and the login roles."""

    intake_database_url: SecretStr | None = None
    coordination_database_url: SecretStr | None = None
    participation_database_url: SecretStr | None = None
    indicators_database_url: SecretStr | None = None
    traces_database_url: SecretStr | None = None
    """`postgresql://role:password@host:port/database`, one role a service."""

    kafka_servers: str = "127.0.0.1:9092"
    kafka_idempotent_producer: bool = True
    """False for the embedded broker, which does not speak the idempotent producer's protocol."""

    broker_generation: Literal["marker", "cluster"] = "cluster"
    """How a relay learns that the broker has lost its log: a marker topic that the embedded
    supervisor writes after every broker start, or the id of the Kafka cluster."""

    temporal_address: str = Field(
        "127.0.0.1:7233", validation_alias=AliasChoices("TEMPORAL_ADDRESS")
    )
    temporal_namespace: str = Field("default", validation_alias=AliasChoices("TEMPORAL_NAMESPACE"))
    temporal_ui_url: str = "http://127.0.0.1:8611"
    traces_url: str = "http://127.0.0.1:8600/traces"
    """Where the portal's links for operations staff lead."""

    payload_keys: SecretStr = SecretStr(PLACEHOLDER)
    """Keys of the Temporal payload codec: `id:base64(32 bytes)`, comma separated, newest first."""

    master_keys: SecretStr = SecretStr(PLACEHOLDER)
    """Keys that wrap the data keys of stored personal data, same form as `payload_keys`."""

    issuer_url: str = "http://127.0.0.1:8600/issuer"
    """The OpenID Connect issuer whose tokens are honoured."""

    audience: str = "kasane"
    client_id: str = ""
    client_secret: SecretStr = SecretStr(PLACEHOLDER)
    """This process's own credentials: service-to-service calls, and the portal's login."""

    session_secret: SecretStr = SecretStr(PLACEHOLDER)
    """Signs the portal's session cookie."""

    smtp_url: SecretStr | None = None
    """The mail server for letters to agencies: `smtp://`, `smtp+starttls://` or `smtps://`, with
    user and password where it asks for them. Unset: letters wait, and operators see them."""

    mail_from: str = "kasane@localhost"
    """The sender of those letters."""

    day_seconds: float | None = Field(None, gt=0)
    """Length of a day on a compressed clock, in seconds, for demonstrations. Unset: real days."""

    ward_answers: dict[str, str | dict[str, str]] = {}
    """The ward's answers to questions that its sources leave open, as JSON; an answer may be given
    by the fiscal year from which it holds: `{"law-meetings": {"2027": "no"}}`."""

    oral_consent: bool = True
    """Whether consent given by word of mouth, heard by two members of staff, counts as consent.
    The ward's own choice."""

    max_body_bytes: int = 1_048_576
    """Largest request body that is read at all; more is refused with 413."""

    max_file_bytes: int = 33_554_432
    """Largest file of activity lines that is taken."""

    outbox_retention_days: int = Field(7, ge=1)

    def database_url(self, service: str) -> str:
        """The connection URL of a service's own role. Raises ValueError if it is not set."""
        url: SecretStr | None = getattr(self, f"{service}_database_url")
        if url is None:
            raise ValueError(f"KASANE_{service.upper()}_DATABASE_URL is not set")
        return url.get_secret_value()

    @model_validator(mode="after")
    def _refuse_placeholders(self) -> "Settings":
        if self.profile == "production":
            for name in ("payload_keys", "master_keys", "client_secret", "session_secret"):
                if getattr(self, name).get_secret_value() == PLACEHOLDER:
                    raise ValueError(f"KASANE_{name.upper()} still holds the placeholder")
        return self
