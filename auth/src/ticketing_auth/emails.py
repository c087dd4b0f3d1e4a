"""E-mail addresses: their normalized form, and the key by which accounts are found."""

import unicodedata
from dataclasses import dataclass

from email_validator import SPECIAL_USE_DOMAIN_NAMES, ValidatedEmail, validate_email

MAX_CHARS = 254
# Of a part of a domain; in ASCII it only becomes longer (RFC 1035, section 2.3.4).
_MAX_LABEL_CHARS = 63
_PUBLIC = "com"


@dataclass(frozen=True, slots=True)
class EmailAddress:
    """`normalized`: NFC, and the domain in lower case and Unicode, however it was written.

    `stored_keys`: `key`, and those that earlier releases gave accounts of this address, the likeliest first.
    """

    normalized: str
    stored_keys: tuple[str, ...]

    @property
    def key(self) -> str:
        """The form in which addresses are compared."""
        return email_key(self.normalized)

    @property
    def has_legacy_keys(self) -> bool:
        """Whether an account may have another key; nearly all addresses have had only one."""
        return len(self.stored_keys) > 1


def parse_email(text: str) -> EmailAddress:
    """The address; ValueError if it is not well formed."""
    text = text.strip()
    if len(text) > MAX_CHARS:
        raise ValueError(f"must have at most {MAX_CHARS} characters")
    try:
        parts, suffix = _validate(text)
    except ValueError:  # of the library, or of a lone surrogate
        raise ValueError("must be an email address like name@example.com") from None
    normalized, in_ascii = (
        f"{parts.local_part}@{domain.removesuffix(_PUBLIC)}{suffix}" if suffix else f"{parts.local_part}@{domain}"
        for domain in (parts.domain, parts.ascii_domain)
    )
    keys = (_legacy_key(text), email_key(normalized), _legacy_key(normalized), _legacy_key(in_ascii))
    return EmailAddress(normalized, tuple(dict.fromkeys(keys)))


def parse_stored(text: str) -> EmailAddress:
    """The address of an account, as it is if it is not well formed by the rules of today."""
    try:
        return parse_email(text)
    except ValueError:
        return EmailAddress(text, (_legacy_key(text),))


def email_key(normalized: str) -> str:
    """The key of a normalized address. Not casefolded: mailboxes at straße.de and strasse.de differ."""
    return unicodedata.normalize("NFC", normalized.lower())


def _validate(text: str) -> tuple[ValidatedEmail, str]:
    """With a public suffix in place of one reserved for special use (`.test`, `.localhost`), which is returned too:
    developers sign up with those, and the library has no option that accepts them."""
    local_part, _, domain = text.rpartition("@")
    labels = unicodedata.normalize("NFKC", domain).replace("\u3002", ".").lower().split(".")
    if any(len(label) > _MAX_LABEL_CHARS for label in labels):  # encoding one takes quadratic time
        raise ValueError("a label that is too long")
    special = labels[-1] if labels[-1] in SPECIAL_USE_DOMAIN_NAMES else ""
    if special:
        text = f"{local_part}@{'.'.join([*labels[:-1], _PUBLIC])}"
    parts = validate_email(text, strict=True, check_deliverability=False, globally_deliverable=False)
    if "." not in parts.domain:
        raise ValueError("an address at no domain")
    return parts, special


def _legacy_key(email: str) -> str:
    return unicodedata.normalize("NFC", email.casefold())
