from __future__ import annotations

import json

import pytest
from builders import event, events_of

from runreport.query.fold import fold
from runreport.report.redaction import REDACTED, Redactor, private_names, redact_index

# Forms are put together here so that no scanner takes this file for a leak.
SECRETS = [
    "AKIA" + "IOSFODNN7EXAMPLE",
    "ghp_" + "a1B2" * 9,
    "github_pat_" + "A1b2C3d4E5" * 6,
    "glpat-" + "x9Y8z7W6v5U4t3S2r1Q0",
    "hf_" + "aBcDeFgHiJ" * 4,
    "sk-" + "proj-" + "Ab3dEf6hIj9kLm2nOp5q",
    "sk-" + "ant-" + "Ab3dEf6hIj9kLm2nOp5q",
    "xoxb-" + "1234567890-abcdef",
    "https://hooks.slack.com/services/" + "T000/B000/XXXX",
    "AIza" + "SyA1234567890abcdefghijklmnopqrstuv",
    "sk_" + "live_" + "a1b2c3d4e5f6g7h8",
    "npm_" + "a1B2c3D4e5F6" * 3,
    "pypi-" + "AgEIcHlwaS5vcmc" * 5,
    "dapi" + "0123456789abcdef" * 2,
    "SG." + "a1B2c3D4e5F6g7H8" + "." + "a1B2c3D4e5F6g7H8",
    "eyJ" + "hbGciOiJIUzI1" + ".eyJ" + "zdWIiOiIxMjM0" + ".SflKxwRJSMeKKF2QT4",
    "-----BEGIN RSA PRIVATE " + "KEY-----\nabc\n-----END RSA PRIVATE KEY-----",
    "postgres://user:" + "hunter22" + "@db.example/x",
    "password=" + "hunter22x",
    "train.py --api-key " + "abc123def456",
    "Authorization: Bearer " + "abcdef0123456789abcd",
]
HARMLESS = [
    "adam", "0.001", "relu", "a" * 32, "3f9c2ab417d0e6a58b1c94d27fe0a6135c8d9e42", "task-01",
    "resnet50", "s3://bucket/data", "https://example.org/a?b=c", "token_count", "max_tokens",
    "val_accuracy", "1e-5", "2026-11-21", "bert-base-uncased", "sk-learn", "password reset model",
    "tokenizer=bpe", "key=value", "mlp-128-relu-0.003-s0", "1.2.3", "pad_token=x", "@decorator",
]  # fmt: skip


@pytest.mark.parametrize("secret", SECRETS)
def test_every_form_of_secret_is_taken_out_wherever_it_stands(secret: str) -> None:
    redactor = Redactor()
    text = redactor.text(f"before {secret} after", "params.x")
    assert REDACTED in text and text.startswith("before") and text.endswith("after")
    tail = secret.removesuffix("@db.example/x").removesuffix("KEY-----")[-8:]
    assert tail not in text
    assert redactor.findings[0].place == "params.x"


@pytest.mark.parametrize(
    ("text", "published"),
    [
        ('{"password": "abc def", "n": 1}', '{"password": "[redacted]", "n": 1}'),
        ("api_key: zzz-secret\nnext: 1", "api_key: [redacted]\nnext: 1"),
        ("DB_PASSWORD='x y'", "DB_PASSWORD='[redacted]'"),
        ("run --token abcd1234 --n 3", "run --token [redacted] --n 3"),
        ("password: null", "password: null"),
        ("tokens = 512, max_tokens: 4096", "tokens = 512, max_tokens: 4096"),
    ],
)
def test_the_value_of_a_secrets_name_is_taken_out_of_text(text: str, published: str) -> None:
    assert Redactor().text(text, "x") == published


@pytest.mark.parametrize("value", HARMLESS)
def test_harmless_values_stay(value: str) -> None:
    redactor = Redactor()
    assert redactor.text(value, "params.x", "x") == value
    assert redactor.findings == ()


@pytest.mark.parametrize(
    "key",
    ["password", "db.password", "api_key", "AWS_SECRET_ACCESS_KEY", "hf-token-secret",
     "credentials", "token", "auth_token"],
)  # fmt: skip
def test_a_secret_name_makes_any_value_a_secret(key: str) -> None:
    assert Redactor().text("x", "params", key) == REDACTED


@pytest.mark.parametrize("key", ["tokens", "max_tokens", "token_count", "keyboard", "secretary"])
def test_names_that_only_look_like_secrets_stay(key: str) -> None:
    assert Redactor().text("512", "params", key) == "512"


@pytest.mark.parametrize(
    ("text", "published"),
    [
        ("/srv/data/train.csv", "…/train.csv"),
        ("see /mnt/a b/c.txt, please", "see …/c.txt, please"),
        ("D:\\lab\\deep\\x.py", "…/x.py"),
        ("https://example.org/a/b/c", "https://example.org/a/b/c"),
        ("and/or/not", "and/or/not"),
        ("relative/path/x.csv ./a/b ../c/d", "relative/path/x.csv ./a/b ../c/d"),
        ("1/2/3 </script></b>", "1/2/3 </script></b>"),
        ("s3://bucket/a/b", "s3://bucket/a/b"),
    ],
)
def test_of_an_absolute_path_only_the_files_name_is_published(text: str, published: str) -> None:
    assert Redactor().text(text, "x") == published


def test_users_and_hosts_are_taken_out_of_every_text() -> None:
    redactor = Redactor(names=["ada", "trainbox", "root", "x"])
    text = redactor.text("ada@trainbox saw adapters at root x", "x")
    assert text == "[private]@[private] saw adapters at root x"


def test_home_folders_become_a_tilde() -> None:
    text = Redactor().text("/home/ada/data and /Users/bob/x and C:\\Users\\eve\\y /rooted", "x")
    assert text == "~/data and ~/x and ~\\y /rooted"
    kept = Redactor(publish_environment=True).text("/home/ada/data", "x")
    assert kept == "/home/ada/data"


def test_secrets_may_be_allowed() -> None:
    assert Redactor(allow_secrets=True).text(SECRETS[0], "x", "password") == SECRETS[0]


RECORD = {
    "user": "ada", "host": "trainbox", "folder": "/home/ada/lab", "python": "3.11.7",
    "command": ["python", "/home/ada/x.py", "--token", "abcdefgh"],
    "packages": {"numpy": "2.0"},
    "git": {"commit": "c" * 40, "branch": "main", "dirty": True, "diff": "+secret line"},
}  # fmt: skip


def private_index() -> object:
    return fold(
        events_of(
            event("run", data=json.dumps(RECORD)),
            event("tag", "mlflow.user", "ada", seq=1),
            event("tag", "mlflow.source.name", "/home/ada/lab/train.py", seq=2),
            event("tag", "mlflow.runName", "run " + SECRETS[0], seq=3),
            event("param", "api_key", "abc", seq=4),
            event("param", "data", "/home/ada/d.csv", seq=5),
            event("param", "ada on trainbox", "by ada", seq=6),
            event("dataset", "set of ada", "d1", seq=7, data="{}"),
        )
    )


def test_a_published_index_names_no_person_place_or_secret() -> None:
    full = private_index()
    redactor = Redactor(names=private_names(full))  # type: ignore[arg-type]
    index = redact_index(full, redactor)  # type: ignore[arg-type]
    tables = (index.runs, index.params, index.tags, index.records, index.datasets)
    text = json.dumps([table.to_pylist() for table in tables])
    for private in ("ada", "trainbox", "secret line", "abcdefgh", SECRETS[0]):
        assert private not in text
    assert "train.py" in text and "numpy" in text and "c" * 40 in text
    assert {finding.place for finding in redactor.findings} >= {"run names", "params.api_key"}


def test_the_environment_is_published_when_asked_for() -> None:
    redactor = Redactor(publish_environment=True)
    index = redact_index(private_index(), redactor)  # type: ignore[arg-type]
    text = json.dumps([index.runs.to_pylist(), index.tags.to_pylist(), index.records.to_pylist()])
    assert "trainbox" in text and "secret line" in text and "/home/ada/lab/train.py" in text
    assert "abcdefgh" not in text  # a token on the command line is a secret all the same
