"""The forms of secrets that can be told by themselves, as data: a kind, a pattern, a check.

Each form is what its vendor documents or says in the announcement of its token prefixes (many were
made for GitHub's and GitLab's secret scanning); lengths are lower limits, since vendors lengthen
their tokens without notice. Patterns are in RE2's syntax and hold no look-around: what stands
before a token is checked apart, see `runreport.report.redaction.scanner`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple


class TokenForm(NamedTuple):
    """What the tokens of one vendor look like."""

    kind: str
    pattern: bytes
    check: Callable[[bytes], bool] | None = None
    """For patterns that harmless texts match, too."""


_WORD = re.compile(rb"[a-z]{4,}|[A-Z]{4,}")


def looks_random(token: bytes) -> bool:
    """Whether a text is no chain of words: digits and letters mixed, few of them in words."""
    if not re.search(rb"\d", token) or not re.search(rb"[A-Za-z]", token):
        return False
    return sum(map(len, _WORD.findall(token))) <= len(token) * 0.4


def is_made_up(token: bytes) -> bool:
    """Whether a token only shows what one looks like."""
    return re.search(rb"(?i)x{8,}|\*{4,}|your[-_]|[-_]here\b", token) is not None


def _has_digit(token: bytes) -> bool:
    return re.search(rb"\d", token) is not None


def _has_both_cases(token: bytes) -> bool:
    return (
        _has_digit(token)
        and re.search(rb"[A-Z]", token) is not None
        and re.search(rb"[a-z]", token) is not None
    )


TOKEN_FORMS = (
    # Clouds and hosts
    TokenForm("AWS access key", rb"(?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b"),
    TokenForm("AWS Bedrock key", rb"ABSK[A-Za-z0-9+/]{100,}=*"),
    TokenForm("AWS Marketplace key", rb"amzn\.mws\.[0-9a-f-]{36}"),
    TokenForm("Google API key", rb"AIza[A-Za-z0-9_-]{35}"),
    TokenForm("Google OAuth token", rb"ya29\.[A-Za-z0-9._-]{20,}"),
    TokenForm("Google OAuth secret", rb"GOCSPX-[A-Za-z0-9_-]{20,}"),
    TokenForm("Google refresh token", rb"1//0[A-Za-z0-9_-]{30,}"),
    TokenForm("Azure client secret", rb"[A-Za-z0-9_~.]{3}\dQ~[A-Za-z0-9_~.-]{31,40}"),
    TokenForm("Azure DevOps token", rb"[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}"),
    TokenForm("Alibaba access key", rb"LTAI[A-Za-z0-9]{12,24}\b", _has_digit),
    TokenForm("Tencent secret id", rb"AKID[A-Za-z0-9]{13,40}\b", _has_both_cases),
    TokenForm("Yandex key", rb"AQVN[A-Za-z0-9_-]{35,}"),
    TokenForm("DigitalOcean token", rb"do[opr]_v1_[0-9a-f]{64}"),
    TokenForm("Heroku key", rb"HRKU-[A-Za-z0-9_-]{30,}"),
    TokenForm("Fly token", rb"(?:fo1_[A-Za-z0-9_-]{40,}|fm[12][ar]?_[A-Za-z0-9+/]{80,}=*)"),
    TokenForm("Netlify token", rb"nf[pcoub]_[A-Za-z0-9]{36,}"),
    TokenForm("Render key", rb"rnd_[A-Za-z0-9]{28,}"),
    TokenForm("Cloudflare key", rb"v1\.0-[0-9a-f]{24}-[0-9a-f]{146}"),
    TokenForm("Supabase token", rb"sbp_[0-9a-f]{40}"),
    TokenForm("PlanetScale token", rb"pscale_(?:tkn|oauth|pw)_[A-Za-z0-9_=.-]{32,}"),
    TokenForm("Neon key", rb"napi_[a-z0-9]{60,}"),
    TokenForm("OpenShift token", rb"sha256~[A-Za-z0-9_-]{43}"),
    TokenForm("Tailscale key", rb"tskey-[a-z]+-[A-Za-z0-9-]{20,}"),
    # Code and packages
    TokenForm("GitHub token", rb"(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,})"),
    TokenForm(
        "GitLab token",
        rb"(?:gl(?:pat|dt|rtr|rt|cbt|ptt|ft|imt|agent|oas|soat|ffct)-[A-Za-z0-9_.-]{20,}"
        rb"|GR1348941[A-Za-z0-9_-]{20,})",
    ),
    TokenForm("Bitbucket token", rb"ATBB[A-Za-z0-9]{28,}"),
    TokenForm("Atlassian token", rb"AT[AC]TT3[A-Za-z0-9_=-]{60,}"),
    TokenForm("npm token", rb"npm_[A-Za-z0-9]{36}"),
    TokenForm("PyPI token", rb"pypi-[A-Za-z0-9_-]{50,}"),
    TokenForm("RubyGems key", rb"rubygems_[0-9a-f]{48}"),
    TokenForm("crates.io token", rb"cio[A-Za-z0-9]{32}\b", _has_both_cases),
    TokenForm("Clojars token", rb"CLOJARS_[0-9a-f]{60}"),
    TokenForm("Docker token", rb"dckr_(?:pat|oat)_[A-Za-z0-9_-]{20,}"),
    TokenForm("Artifactory key", rb"(?:AKCp[A-Za-z0-9]{60,}|cmVmd[A-Za-z0-9]{59}\b)"),
    TokenForm("Sonar token", rb"sq[upa]_[0-9a-f]{40}"),
    TokenForm("Sourcegraph token", rb"sgp_[A-Za-z0-9_]{40,}"),
    TokenForm("CircleCI token", rb"CCIPAT_[A-Za-z0-9_]{20,}"),
    TokenForm("Buildkite token", rb"bk[ua]a_[0-9a-f]{40}"),
    TokenForm("Octopus key", rb"API-[A-Z0-9]{26}\b", _has_digit),
    TokenForm("Pulumi token", rb"pul-[0-9a-f]{40}"),
    TokenForm("Terraform token", rb"[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{60,}"),
    TokenForm("Vault token", rb"hv[sbr]\.[A-Za-z0-9_-]{24,}"),
    TokenForm("Vault token", rb"s\.[A-Za-z0-9]{24}\b", _has_both_cases),
    TokenForm("Doppler token", rb"dp\.(?:pt|st|ct|sa|scim|audit)\.[A-Za-z0-9._-]{40,}"),
    TokenForm(
        "1Password key", rb"(?:ops_eyJ[A-Za-z0-9+/=_-]{100,}|A3-[A-Z0-9]{6}-[A-Z0-9-]{22,})"
    ),
    TokenForm("conda token", rb"/t/[a-z]{2}-[0-9a-f]{8}-[0-9a-f-]{27}/"),
    TokenForm("W&B key", rb"(?i:wandb)[^\n]{0,40}?\b[0-9a-f]{40}\b"),
    TokenForm("age key", rb"AGE-SECRET-KEY-1[A-Z0-9]{58}"),
    # Models and data
    TokenForm("Hugging Face token", rb"(?:hf|api_org)_[A-Za-z0-9]{30,}"),
    TokenForm("OpenAI key", rb"sk-(?:proj|svcacct|admin|None)-[A-Za-z0-9_-]{20,}", looks_random),
    TokenForm("OpenAI key", rb"sk-[A-Za-z0-9]{20,}", looks_random),
    TokenForm("Anthropic key", rb"sk-ant-[A-Za-z0-9_-]{20,}", looks_random),
    TokenForm("OpenRouter key", rb"sk-or-(?:v1-)?[0-9a-f]{32,}"),
    TokenForm("Langfuse key", rb"sk-lf-[0-9a-f-]{36}"),
    TokenForm("ElevenLabs key", rb"sk_[0-9a-f]{48}"),
    TokenForm("Groq key", rb"gsk_[A-Za-z0-9]{32,}"),
    TokenForm("Replicate token", rb"r8_[A-Za-z0-9]{32,}"),
    TokenForm("Perplexity key", rb"pplx-[A-Za-z0-9]{32,}"),
    TokenForm("Fireworks key", rb"fw_[A-Za-z0-9]{20,}", looks_random),
    TokenForm("xAI key", rb"xai-[A-Za-z0-9]{60,}"),
    TokenForm("Together key", rb"tgp_v1_[A-Za-z0-9_-]{30,}"),
    TokenForm("NVIDIA key", rb"nvapi-[A-Za-z0-9_-]{40,}"),
    TokenForm("Pinecone key", rb"pcsk_[A-Za-z0-9_]{40,}"),
    TokenForm("Tavily key", rb"tvly-[A-Za-z0-9-]{20,}", looks_random),
    TokenForm("LangSmith key", rb"lsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}"),
    TokenForm("W&B key", rb"wandb_v1_[A-Za-z0-9_]{40,}"),
    TokenForm("Neptune token", rb"eyJhcGlfYWRkcmVzcyI6[A-Za-z0-9+/=]{20,}"),
    TokenForm("Kaggle token", rb"KGAT_[0-9a-f]{32}"),
    TokenForm("RunPod key", rb"rpa_[A-Z0-9]{40,}"),
    TokenForm("Databricks token", rb"dapi[0-9a-f]{32}(?:-\d)?"),
    TokenForm("Prefect key", rb"pn[ub]_[A-Za-z0-9]{36}"),
    # Messages and money
    TokenForm("Slack token", rb"xox[abeoprs](?:\.xox[bp])?-[A-Za-z0-9-]{10,}"),
    TokenForm("Slack app token", rb"xapp-\d-[A-Za-z0-9-]{10,}"),
    TokenForm(
        "Slack webhook",
        rb"(?:https?://)?hooks\.slack(?:-gov)?\.com/(?:services|workflows|triggers)/[\w/+-]+",
    ),
    TokenForm(
        "Discord webhook",
        rb"(?:https?://)?(?:\w+\.)?discord(?:app)?\.com/api/(?:v\d+/)?webhooks/\d+/[\w-]+",
    ),
    TokenForm(
        "Teams webhook", rb"(?:https?://)?[a-z0-9-]+\.webhook\.office\.com/webhookb2/[\w@/-]+"
    ),
    TokenForm("Discord token", rb"[MNO][\w-]{23,25}\.[\w-]{6}\.[\w-]{27,38}", _has_both_cases),
    TokenForm("Telegram token", rb"(?:bot)?\d{8,10}:[A-Za-z0-9_-]{35}\b", _has_both_cases),
    TokenForm("Twilio key", rb"SK[0-9a-f]{32}\b"),
    TokenForm("SendGrid key", rb"SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}"),
    TokenForm("Mailgun key", rb"key-[0-9a-f]{32}\b"),
    TokenForm("Mailchimp key", rb"[0-9a-f]{32}-us\d{1,2}\b"),
    TokenForm("Brevo key", rb"xkeysib-[0-9a-f]{64}-[A-Za-z0-9]{16}"),
    TokenForm("Stripe key", rb"[rs]k_(?:live|test|prod)_[A-Za-z0-9]{10,}"),
    TokenForm("Stripe webhook secret", rb"whsec_[A-Za-z0-9+/=]{24,}"),
    TokenForm("Shopify token", rb"shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}"),
    TokenForm("Square token", rb"(?:sq0[a-z]{3}-[A-Za-z0-9_-]{22,}|EAAA[A-Za-z0-9_-]{60})"),
    TokenForm("PayPal token", rb"access_token\$\w+\$[0-9a-z]{16}\$[0-9a-f]{32}"),
    TokenForm("Plaid token", rb"access-(?:sandbox|development|production)-[0-9a-f-]{36}"),
    TokenForm("Facebook token", rb"EAA[A-Z][A-Za-z0-9]{90,}"),
    TokenForm("Twitter token", rb"A{20,22}[A-Za-z0-9%]{60,}"),
    # Offices and operations
    TokenForm("Linear key", rb"lin_(?:api|oauth)_[A-Za-z0-9]{32,}"),
    TokenForm("Notion token", rb"(?:secret_[A-Za-z0-9]{43}\b|ntn_[A-Za-z0-9]{40,})"),
    TokenForm("Airtable token", rb"pat[A-Za-z0-9]{14}\.[0-9a-f]{64}"),
    TokenForm("Asana token", rb"\d/\d{16}:[0-9a-f]{32}"),
    TokenForm("Figma token", rb"fig[dour]_[A-Za-z0-9_-]{40,}"),
    TokenForm("Dropbox token", rb"sl\.(?:u\.)?[A-Za-z0-9_-]{100,}"),
    TokenForm("Postman key", rb"PMAK-[0-9a-f]{24}-[0-9a-f]{34}"),
    TokenForm("New Relic key", rb"(?:NRAK-[A-Z0-9]{27}|NRII-[A-Za-z0-9-]{32}|NRJS-[0-9a-f]{19})"),
    TokenForm(
        "Grafana token", rb"(?:glc_[A-Za-z0-9+/=]{32,}|glsa_[A-Za-z0-9]{32}_[0-9a-fA-F]{8})"
    ),
    TokenForm("Sentry token", rb"sntry[us]_[A-Za-z0-9+/=_]{40,}"),
    TokenForm("Dynatrace token", rb"dt0[a-z]\d{2}\.[A-Z0-9]{24}\.[A-Z0-9]{64}"),
    TokenForm("Contentful token", rb"CFPAT-[A-Za-z0-9_-]{43}"),
    TokenForm("Typeform token", rb"tfp_[A-Za-z0-9_.=-]{40,}"),
    TokenForm("EasyPost key", rb"EZ[AT]K[A-Za-z0-9]{54}"),
    TokenForm("ReadMe key", rb"rdme_[a-z0-9]{60,}"),
    # No vendor's
    TokenForm("JSON web token", rb"eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}"),
    TokenForm("password hash", rb"\$(?:apr1|1)\$[./A-Za-z0-9]{1,8}\$[./A-Za-z0-9]{20,}"),
    TokenForm("password hash", rb"\$(?:2[abxy]|5|6|y|argon2i?d?)\$[./A-Za-z0-9$=,+-]{20,}"),
    TokenForm("password hash", rb"\{S?SHA\d*\}[A-Za-z0-9+/=]{24,}"),
)
