from __future__ import annotations

import base64
import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runreport.report.redaction import REDACTED, Redactor

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
    assert Redactor().text("", "params", key) == ""


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


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("support@example.org", "write to support@example.org"),
        ("*@example.org", "write to support@example.org"),
        ("10.0.*", "at 10.0.4.7"),
        ("params.contact", "ada@trainbox.net"),
    ],
)
def test_a_pattern_lets_through_what_it_fits(pattern: str, text: str) -> None:
    assert Redactor().text(text, "params.contact") != text
    assert Redactor(allow=[pattern]).text(text, "params.contact") == text
    other = Redactor(allow=[pattern]).text("ask eve@other.example.net", "params.other")
    assert other == "ask [private]"


def test_two_values_stay_two_behind_their_masks() -> None:
    redactor = Redactor(salt="s")
    one, other = (redactor.value(text, "params.token", "token") for text in ("a1b2c3", "d4e5f6"))
    assert one != other and one.startswith(REDACTED) and other.startswith(REDACTED)
    assert redactor.value("a1b2c3", "params.token", "token") == one
    assert Redactor(salt="t").value("a1b2c3", "params.token", "token") != one


def test_two_names_stay_two_behind_their_masks() -> None:
    redactor = Redactor()
    first, second = (redactor.known(f"util/10.0.0.{n}") for n in (1, 2))
    assert first != second and "10.0.0" not in first + second
    paths = {redactor.path(f"plots/{who}@example.org.png", "file names") for who in ("a", "b")}
    assert len(paths) == 2 and all(path.startswith("plots/") for path in paths)
    assert all(path.endswith(".png") for path in paths)


ANY = Redactor(names=["ada"])


@given(st.text(st.sampled_from("0123456789.:@/ab-=\"' \\\n"), max_size=60))
def test_any_text_is_searched(text: str) -> None:
    ANY.text(text, "x")


def test_encoded_data_is_left_alone() -> None:
    data = base64.b64encode(random.Random(1).randbytes(10_000)).decode()
    for text in (data, f"data:image/png;base64,{data}", json.dumps({"image/png": data})):
        assert Redactor(names=["ada"]).text(text, "x") == text


@given(st.from_regex(r"-?[0-9]{1,17}(\.[0-9]{1,20})?(e[+-]?[0-9]{1,3})?", fullmatch=True))
def test_a_number_is_no_secret_whatever_its_digits_unless_somebody_is_called_so(text: str) -> None:
    known = Redactor(names=["ada"], roots=["data"])
    assert known.text(text, "params") == text and known.findings == ()
    searched = Redactor(names=["ada", "31337"], roots=["data"])
    assert (searched.text(text, "params") == text) == ("31337" not in text.replace(".", " "))


def test_a_user_whose_name_is_a_number_is_not_published() -> None:
    assert "31337" not in Redactor(names=["31337"]).text("31337", "params")
