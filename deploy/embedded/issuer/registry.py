"""Who the issuer knows: clients and demo users, read once at start from two JSON files."""

import hashlib
import hmac
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, TypeAdapter
from pydantic_settings import BaseSettings, SettingsConfigDict


class IssuerFiles(BaseSettings):
    """Where the issuer's own files lie. Variables `KASANE_ISSUER_KEY`, `…_CLIENTS`, `…_USERS`."""

    model_config = SettingsConfigDict(env_prefix="KASANE_ISSUER_", frozen=True, extra="ignore")

    key: Path
    clients: Path
    users: Path


class Client(BaseModel):
    """A program with credentials of its own: a service, a frontline system, a portal."""

    model_config = ConfigDict(frozen=True)

    secret: Annotated[SecretStr, Field(min_length=8)]
    kind: Literal["service", "frontline", "person"]
    """`person`: only ever acts for a person who logs in through it."""
    roles: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    agency: str | None = None
    redirect_uris: tuple[str, ...] = ()

    def may_return_to(self, address: str) -> bool:
        """Whether a logout may lead to this address: the origin of one of its login addresses."""
        return _origin(address) in {_origin(uri) for uri in self.redirect_uris}


class User(BaseModel):
    """A synthetic person who can log in."""

    model_config = ConfigDict(frozen=True)

    password: Annotated[SecretStr, Field(min_length=8)]
    name: str
    roles: tuple[str, ...] = ()
    agency: str | None = None


class Registry:
    """The known clients by client id and the known users by user name."""

    def __init__(self, clients: dict[str, Client], users: dict[str, User]) -> None:
        self.clients = clients
        self.users = users

    @classmethod
    def read(cls, files: IssuerFiles) -> "Registry":
        """Raises OSError or pydantic.ValidationError when a file is missing or malformed."""
        return cls(
            clients=TypeAdapter(dict[str, Client]).validate_json(files.clients.read_bytes()),
            users=TypeAdapter(dict[str, User]).validate_json(files.users.read_bytes()),
        )

    def authenticate_client(self, client_id: str, secret: str) -> Client | None:
        """The client whose secret this is, or None. Takes the same time either way."""
        client = self.clients.get(client_id)
        known = client.secret.get_secret_value() if client else ""
        return client if _same(known, secret) and client is not None else None

    def authenticate_user(self, username: str, password: str) -> User | None:
        """The user whose password this is, or None. Takes the same time either way."""
        user = self.users.get(username)
        known = user.password.get_secret_value() if user else ""
        return user if _same(known, password) and user is not None else None


def _same(known: str, given: str) -> bool:
    """Compares digests, so that neither content nor length shows in the time taken."""
    digests = (hashlib.sha256(text.encode("utf-8", "replace")).digest() for text in (known, given))
    return hmac.compare_digest(*digests)


def _origin(address: str) -> tuple[str, str]:
    parts = urlsplit(address)
    return parts.scheme, parts.netloc
