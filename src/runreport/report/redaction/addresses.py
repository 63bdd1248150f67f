"""Addresses of people and machines: e-mail, IP version 4 and 6, network cards."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from runreport.report.redaction.scanner import PRIVATE, Hit, Rule, Text, run_before

_COUNTRIES = frozenset(
    "ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br "
    "bs bt bw by bz ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz "
    "ec ee eg er es et eu fi fj fk fm fo fr ga gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw "
    "gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg kh ki km kn kp kr kw "
    "ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms mt mu "
    "mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt "
    "pw py qa re ro rs ru rw sa sb sc sd se sg sh si sk sl sm sn so sr ss st su sv sx sy sz tc "
    "td tf tg th tj tk tl tm tn to tr tt tv tw tz ua ug uk us uy uz va vc ve vg vi vn vu wf ws "
    "ye yt za zm zw".split()
)
_DOMAINS = frozenset(
    "academy agency aero ai app arpa art asia audio band bank beer berlin bio biz blog cafe camp "
    "capital care cat center chat church city clinic cloud club codes coffee college com "
    "community company computer consulting contact coop corp courses credit cymru data day "
    "dental dev digital direct directory doctor domains earth edu education email energy "
    "engineer engineering enterprises estate eu events example exchange expert family fan farm "
    "film finance financial fit foundation fund fyi gallery games global gmbh gold google gov "
    "graphics green group guide hamburg health help home homes host hosting hospital house how "
    "inc info ink institute int international internal intranet invalid invest jobs koeln lab "
    "lan land law lawyer legal life link live llc local localdomain localhost london ltd maison "
    "management market marketing mba media melbourne memorial microsoft mil mobi moe money "
    "museum name net network news ngo ninja nyc one onl online org page paris partners photo "
    "photography photos pictures plus post press pro productions properties property pub quebec "
    "report research restaurant rocks run sale school schule science scot security services shop "
    "show site ski social software solutions space store stream studio study style support surf "
    "swiss sydney systems team tech technology tel test tips tirol today tokyo tools top tours "
    "town trade training travel university ventures versicherung video vip vision wales watch "
    "web website wien wiki win work works world wtf xxx xyz zone".split()
)
"""Ends of domains in use, and those of networks that are nobody else's."""
_LOCAL = re.compile(rb"[A-Za-z0-9._%+\x80-\xff-]+")
_HOST = re.compile(rb"(?:[A-Za-z0-9\x80-\xff](?:[A-Za-z0-9\x80-\xff-]{0,62})\.)+([A-Za-z]{2,24})")
_LONGEST = 64
"""Bytes before the @ of an address."""
_SERVICES = frozenset((b"git", b"hg", b"svn", b"bzr"))
"""Names of accounts that are no person's, as in remotes of repositories."""
_VERSION_BEFORE = re.compile(
    rb"(?:[=<>~!]=|[><]|@|\b(?:version|ver|release|driver|cuda|cudnn|v)[\"'\s:=]*|"
    rb"(?:nvidia|opencv|tensorrt|cudnn|intel|-cu\d\d|_cu\d\d)[\w.-]*[\"'\s:=,]*|"
    rb"[A-Za-z][\w.]*[-_/])\Z",
    re.IGNORECASE,
)
_VERSION_AFTER = re.compile(
    rb"(?:\+|[-_](?:py|cp|dev|rc|linux|win|any)|\.(?:whl|dist|tar|zip|post|dev))"
)
_NETWORK_BEFORE = re.compile(
    rb"(?:://|@|\b(?:ip|ips|ipv4|addr|address|host|hostname|hosts|node|server|peer|dns|"
    rb"ping|ssh|master|worker|client|connect\w*|listen\w*|bind|gateway|inet|endpoint|url|proxy|"
    rb"nameserver|remote|local)[\"'\s:=(\[,]*)\Z",
    re.IGNORECASE,
)
_NETWORK_AFTER = re.compile(rb":\d{2,5}\b|/\d{1,2}\b")
_VERSION_KEY = re.compile(r"(?i)(version|cuda|cudnn|driver|release|package|opencv|firmware)")
_NETWORK_KEY = re.compile(
    r"(?i)(^|[^a-z])ip|host|addr|node|server|peer|master|worker|url|endpoint"
)
_IPV6 = re.compile(rb"[0-9A-Fa-f:.]{3,45}")
_HARMLESS_NETS = tuple(map(ipaddress.ip_network, ("0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/3")))
_LEAST_FIRST, _LEAST_ANY = 20, 100
"""Of versions no first number reaches the one, and no other the other."""


def address_rules() -> tuple[Rule, ...]:
    """The rules that find addresses."""
    return (
        Rule(rb"(?:@|%40)[A-Za-z0-9\x80-\xff]", _mail),
        Rule(rb"(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}", _ipv4),
        Rule(rb"[23FfEe][0-9A-Fa-f]{3}:[0-9A-Fa-f]{0,4}:", _ipv6),
        Rule(rb"(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}\b", _network_card),
    )


def _mail(text: Text, start: int, end: int) -> Iterator[Hit]:
    data = text.data
    domain_at = end - 1
    begin = run_before(data, start, _LOCAL, _LONGEST)
    domain = _HOST.match(data, domain_at, domain_at + 255) if begin < start else None
    if domain is None:
        return
    while (
        begin < start and not text.begins(begin, even_in_binary=True) and data[begin - 1] == 0x5C
    ):
        begin += 1
    name = data[begin:start].lstrip(b".%")
    ending = domain[1].decode("ascii").lower()
    if name.lower() in _SERVICES or not re.search(rb"[A-Za-z\x80-\xff]", name):
        return
    if ending in _COUNTRIES or ending in _DOMAINS or ending.startswith("xn"):
        yield Hit(start - len(name), domain.end(), "e-mail address", PRIVATE, False)


def _ipv4(text: Text, start: int, end: int) -> Iterator[Hit]:
    data = text.data
    before, after = data[max(0, start - 1) : start], data[end : end + 2]
    if (before and before in b".") or not text.begins(start, even_in_binary=True):
        return
    if after[:1].isalnum() or after[:1] == b"_" or re.match(rb"\.\d", after):
        return
    try:
        address = ipaddress.IPv4Address(data[start:end].decode())
    except ValueError:  # a zero before a number
        return
    if any(address in net for net in _HARMLESS_NETS) or _is_version(text, start, end, address):
        return
    yield Hit(start, end, "IP address", PRIVATE, False)


def _is_version(text: Text, start: int, end: int, address: ipaddress.IPv4Address) -> bool:
    """Whether four numbers are a version rather than an address."""
    data = text.data
    near = data[max(0, start - 40) : start]
    if text.has_versions and not near.endswith((b"://", b"@")):
        return True
    is_of_machine = address.is_private and near.endswith(b"/")  # its metric, as util/10.0.0.1
    if is_of_machine or _NETWORK_AFTER.match(data, end) or _NETWORK_BEFORE.search(near):
        return False
    if _VERSION_BEFORE.search(near) or _VERSION_AFTER.match(data, end):
        return True
    if _VERSION_KEY.search(text.key):
        return True
    if address.is_private or _NETWORK_KEY.search(text.key):
        return False
    first, *others = (int(number) for number in data[start:end].split(b"."))
    return first < _LEAST_FIRST and max(others) < _LEAST_ANY


def _ipv6(text: Text, start: int, end: int) -> Iterator[Hit]:
    data = text.data
    del end
    if not text.begins(start, even_in_binary=True) or data[max(0, start - 1) : start] == b":":
        return
    found = _IPV6.match(data, start, start + 46)
    if found is None:
        return
    whole = found.group().decode()
    text_of = next((one for one in (whole, whole.rstrip(":.")) if _is_ipv6(one)), "")
    if not text_of:
        return
    address = ipaddress.IPv6Address(text_of)
    first = int(text_of.partition(":")[0] or "0", 16)
    is_plausible = 0x2000 <= first < 0x4000 or first >= 0xFC00
    if is_plausible and not address.is_unspecified:
        yield Hit(start, start + len(text_of), "IP address", PRIVATE, False)


def _is_ipv6(text: str) -> bool:
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return True


def _network_card(text: Text, start: int, end: int) -> Iterator[Hit]:
    near = text.data[max(0, start - 1) : start], text.data[end : end + 1]
    if (
        text.begins(start, even_in_binary=True)
        and near[0] not in (b":", b"-")
        and near[1] not in (b":", b"-")
    ):
        yield Hit(start, end, "hardware address", PRIVATE, False)
