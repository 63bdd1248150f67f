"""Names for runs that were given none: an adjective, a noun and a number, as MLflow has them."""

from __future__ import annotations

import os

_ADJECTIVES = (
    "able amber bold brave brisk calm candid clever crisp daring deft eager early exact fair "
    "fleet fond frank gentle glad grand happy honest humble keen kind lively loyal lucid "
    "lucky mellow merry mild neat nimble noble patient placid polite proud quick quiet rapid "
    "ready rustic sage serene sharp shy silent sincere sleek smooth sober solid spry steady "
    "still stoic subtle sunny swift tidy tranquil upbeat vivid warm wise witty zesty"
).split()
_NOUNS = (
    "ant auk bat bear bee boar bug calf carp cat cod colt crab crane crow cub deer doe dog "
    "dove duck eel elk ewe fawn finch fish flea fly foal fox frog gnat gnu goat goose grouse "
    "gull hare hawk hen heron horse hound jay kit kite koi lamb lark lynx mare mink mole "
    "moose moth mouse mule newt owl ox panda perch pig pug quail ram rat ray robin roo seal "
    "shad sheep shrew shrike skink slug snail snipe sow sponge squid stag stork swan toad "
    "trout turtle vole wasp whale wolf wren yak"
).split()


def random_name() -> str:
    """A name such as ``brisk-heron-417``; numbers run from 0 to 1000."""
    bits = int.from_bytes(os.urandom(8), "big")
    bits, number = divmod(bits, 1001)
    bits, noun = divmod(bits, len(_NOUNS))
    return f"{_ADJECTIVES[bits % len(_ADJECTIVES)]}-{_NOUNS[noun]}-{number}"
