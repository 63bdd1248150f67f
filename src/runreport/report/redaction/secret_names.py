"""Which names say that their value is a secret, in any notation: ``dbPassword``, ``X-Api-Key``.

A name is taken apart into words, and its last words decide: a ``client_secret`` is one, a
``secret_length`` is none, and the ``pad_token`` of a language model is no token of access.
"""

from __future__ import annotations

import enum
import re
from functools import lru_cache


class Secrecy(enum.IntEnum):
    """How sure a name makes it that its value is a secret."""

    NONE = 0
    RANDOM = 1
    """If it looks random, as in ``my_key``."""
    LIKELY = 2
    """If it is no word and no number, as in ``token``."""
    SURE = 3


_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
QUALIFIERS = frozenset(
    "base base64 b64 bak backup ci current data decoded default der dev encoded encrypted hash "
    "hashed here live local main md5 new old pem plain plaintext prev previous prod production "
    "qa raw salted sandbox sha1 sha256 stage staging str string test text txt v val "
    "value x".split()
)
"""Words behind a secret's name that change nothing of it."""
_PASSWORDS = (
    "password",
    "passwd",
    "passphrase",
    "passwort",
    "passcode",
    "passwords",
    "pwd",
    "bindpw",
    "rootpw",
    "userpw",
    "kennwort",
)
_SECRETS = frozenset("secret secrets mnemonic htpasswd connectionstring connstr".split())
_PASS_OWNERS = frozenset(
    "admin amqp auth basic cert db database email ftp http imap jdbc key keystore ldap login "
    "mail mongo mongodb my mysql pg pgsql postgres postgresql proxy rabbit rabbitmq redis remote "
    "root sasl smtp sql ssh sudo svn truststore user vpn web wifi".split()
)
"""Whose ``pass`` is a password; any other may be one over data."""
_ACCESS = frozenset(
    "access api app auth aws azure bearer bot ci client clearml comet cohere csrf deploy "
    "deployment device discord docker dockerhub gcp gh git github gitlab groq hf hub huggingface "
    "id job jupyter jwt kaggle login mlflow my neptune notebook npm oauth openai pat personal "
    "private pypi refresh registration registry replicate robot root runner sas security service "
    "session sign slack space telegram user vault wandb webhook write xsrf zenodo".split()
)
"""Whose ``token`` gives access."""
_OF_TEXT = frozenset(
    "add added answer any assistant audio base begin blank bos byte candidate char class cls "
    "code context current decoder delimiter draft dummy eod eoh eom eos eot end entity error "
    "extra fim first forced fill gen gold human image img in init initial input instruction "
    "invalid label lang language last latent left line mask max mean meta middle min next noise "
    "non noun null num one oov out output pad padding patch per point prefix prompt pred prev "
    "query question quote reference register rejected repeat reserved response right sample "
    "sentence sep separator seq sequence single soft sot source space special speaker split "
    "start stop sub subword suffix sum system tag target task text think time tool top total "
    "trigger type unit unk unknown vid video vision visual vocab word".split()
)
"""Whose ``token`` is a piece of text."""
_KEYS = frozenset(
    "access account admin anthropic api app application auth azure bearer client cohere consumer "
    "datadog decryption deploy elevenlabs encryption function gcp gemini groq hf hmac host "
    "huggingface instrumentation license licence master mistral neptune openai openrouter "
    "pinecone private rsa secret sendgrid serper service session shared sign signing ssh storage "
    "stripe subscription tavily twilio wandb webhook write".split()
)
"""Whose ``key`` opens something."""
_LIKELY_WORDS = frozenset(
    "auth authorization cookie credential credentials creds pass pin otp psk pw sessionid "
    "jsessionid".split()
)
_JOINED_KEYS = ("apikey", "secretkey", "accesskey", "authkey", "privatekey", "accountkey")
_PAIRS = frozenset(
    (
        ("connection", "string"),
        ("conn", "str"),
        ("seed", "phrase"),
        ("recovery", "phrase"),
        ("session", "id"),
    )
)
_MOST = 200
"""Characters of a name that are looked at, from its end."""


@lru_cache(maxsize=65536)
def secrecy(name: str) -> Secrecy:
    """How sure a name makes it that its value is a secret."""
    words = [word.lower() for word in _WORDS.findall(name[-_MOST:])]
    while len(words) > 1 and (words[-1] in QUALIFIERS or words[-1].isdigit()):
        words.pop()
    if not words:
        return Secrecy.NONE
    last, before = words[-1], words[-2] if len(words) > 1 else ""
    is_told = last.endswith((*_PASSWORDS, "secret", *_JOINED_KEYS)) or last in _SECRETS
    if is_told or (before, last) in _PAIRS or words[-3:] == ["access", "key", "id"]:
        return Secrecy.SURE
    if last in ("pass", "pat"):
        owners = _PASS_OWNERS if last == "pass" else _ACCESS
        return Secrecy.SURE if before in owners else _alone(last, words)
    if last in ("key", "keys"):
        return _of_key(words, before)
    if last.endswith(("token", "tokens")):
        return _of_token(last, before)
    return _alone(last, words)


def _alone(last: str, words: list[str]) -> Secrecy:
    """Of words that stand for secrets and for other things, too."""
    is_told = last in _LIKELY_WORDS and (last not in ("pass", "pin") or len(words) == 1)
    return Secrecy.LIKELY if is_told else Secrecy.NONE


def _of_key(words: list[str], before: str) -> Secrecy:
    if before in _KEYS and "public" not in words:
        return Secrecy.SURE
    return Secrecy.RANDOM if before else Secrecy.NONE


def _of_token(last: str, before: str) -> Secrecy:
    joined = last.removesuffix("s").removesuffix("token")  # ``authtoken``, ``hftoken``
    owner = joined or before
    if owner in _ACCESS and owner not in _OF_TEXT:
        return Secrecy.SURE
    if owner in _OF_TEXT or last.endswith("s"):
        return Secrecy.NONE
    return Secrecy.LIKELY
