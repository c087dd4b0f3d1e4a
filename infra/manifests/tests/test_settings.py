"""Each process gets every variable that it needs, no unknown one, and values that it accepts."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from infra.manifests.tests.manifests import ROOT, Manifests, Workload
from pydantic_settings import BaseSettings

from stripe_emulator.settings import read_settings
from ticketing_auth.settings import Settings as AuthSettings
from ticketing_expiration.settings import Settings as ExpirationSettings
from ticketing_orders.settings import Settings as OrdersSettings
from ticketing_payments.settings import Settings as PaymentsSettings
from ticketing_tickets.settings import Settings as TicketsSettings

SETTINGS: dict[str, type[BaseSettings]] = {
    "auth": AuthSettings,
    "tickets": TicketsSettings,
    "orders": OrdersSettings,
    "payments": PaymentsSettings,
    "expiration": ExpirationSettings,
    "expiration-worker": ExpirationSettings,
}
# The two Secrets that docs/kubernetes tells users to create; generated ones are added to them.
SECRETS = {
    "jwt-secret": {"JWT_SECRET": "0123456789abcdef0123456789abcdef"},
    "stripe-secret": {
        "STRIPE_KEY": "sk_test_1",
        "STRIPE_PUBLISHABLE_KEY": "pk_test_1",
        "STRIPE_WEBHOOK_SECRET": "whsec_1",
    },
}
OPTIONAL = {"STRIPE_PUBLISHABLE_KEY", "STRIPE_WEBHOOK_SECRET"}
READ_BY_UVICORN = {"FORWARDED_ALLOW_IPS"}
READ_BY_NEXT = {"HOSTNAME", "PORT", "KEEP_ALIVE_TIMEOUT"}


def generated(manifests: Manifests) -> dict[str, dict[str, str]]:
    """The Secrets of the Job in infra/k8s."""
    (text,) = (
        made["data"]["secrets.json"] for made in manifests.objects("ConfigMap", "k8s") if "create.py" in made["data"]
    )
    secrets: dict[str, dict[str, str]] = json.loads(text)
    return {name: {key: f"password-of-{key}" for key in keys} for name, keys in secrets.items()}


def references(workload: Workload) -> Iterator[tuple[str, str, bool]]:
    """(Secret or ConfigMap, key, whether it is optional), from variables and volumes."""
    for entry in (entry for container in workload.containers for entry in container.get("env", [])):
        source = entry.get("valueFrom", {})
        if "fieldRef" not in source:
            yield from ((at["name"], at["key"], at.get("optional", False)) for at in source.values())
    for volume in workload.pod.get("volumes", []):
        for source in volume.get("projected", {}).get("sources", []):
            (at,) = source.values()
            yield from ((at["name"], item["key"], at.get("optional", False)) for item in at["items"])


def stored(manifests: Manifests, folders: tuple[str, ...]) -> dict[str, dict[str, str]]:
    """The data of the users' Secrets and of the ConfigMaps in these folders."""
    maps = [made for folder in folders for made in manifests.objects("ConfigMap", folder)]
    return {**SECRETS, **generated(manifests), **{made["metadata"]["name"]: made["data"] for made in maps}}


def environment(manifests: Manifests, name: str, *folders: str) -> dict[str, str]:
    """The environment of the process."""
    found: dict[str, str] = {}
    data = stored(manifests, ("k8s", *folders))
    for variable, entry in manifests.workloads[name].env.items():
        for at in entry.get("valueFrom", {}).values():
            value = data.get(at["name"], {}).get(at["key"])
            assert value is not None or at.get("optional"), f"{variable} has no value"
            found |= {variable: value} if value is not None else {}
        found |= {variable: expanded(entry["value"], found)} if "value" in entry else {}
    return found


def expanded(value: str, known: Mapping[str, str]) -> str:
    """As Kubernetes does: $(NAME) stands for a variable that is defined above; KeyError for another one."""
    return re.sub(r"\$\((\w+)\)", lambda match: known[match[1]], value)


def used_in_others(workload: Workload) -> set[str]:
    """Variables that are only a part of others: passwords in URLs."""
    return {name for entry in workload.env.values() for name in re.findall(r"\$\((\w+)\)", entry.get("value", ""))}


def missing_or_unknown(manifests: Manifests, name: str) -> set[str]:
    fields = SETTINGS[name].model_fields
    needed = {field.upper() for field, info in fields.items() if info.is_required()}
    workload = manifests.workloads[name]
    given = workload.env.keys() - used_in_others(workload)
    return (needed - given) | (given - READ_BY_UVICORN - {field.upper() for field in fields})


@pytest.mark.parametrize("name", SETTINGS)
def test_process_gets_exactly_its_variables(name, manifests):
    assert missing_or_unknown(manifests, name) == set()


@pytest.mark.parametrize(("old", "new"), [("name: NATS_URL", "name: NATS"), ("- name: MONGO_URI", "- name: MONGO_URL")])
def test_missing_or_unknown_variable_is_detected(old, new, manifests):
    assert len(missing_or_unknown(manifests.broken("infra/k8s/orders.yaml", old, new), "orders")) == 2


@pytest.mark.parametrize("folders", [(), ("k8s-emulator",)], ids=["Stripe", "emulator"])
@pytest.mark.parametrize("name", SETTINGS)
def test_settings_accept_the_environment(name, folders, manifests, monkeypatch):
    for variable, value in environment(manifests, name, *folders).items():
        monkeypatch.setenv(variable, value)
    settings: Any = SETTINGS[name]()
    assert settings.mongo_uri.startswith("mongodb://")
    assert getattr(settings, "stripe_api_base", None) == (
        "http://stripe-emulator:12111" if name == "payments" and folders else None
    )


def test_client_gets_only_variables_that_it_reads(manifests):
    code = "".join(path.read_text() for path in (ROOT / "client" / "src").rglob("*.ts*"))
    read = set(re.findall(r"process\.env\.([A-Z_]+)|setting\(\"([A-Z_]+)\"\)|\"([A-Z]+_URL)\"", code))
    known = {name for found in read for name in found if name} | READ_BY_NEXT
    assert manifests.workloads["client"].env.keys() - known == set()
    assert {key for _, key, _ in references(manifests.workloads["client"])} <= known


def test_emulator_accepts_its_environment(manifests, tmp_path: Path):
    given = environment(manifests, "stripe-emulator", "k8s-emulator")
    settings = read_settings(["--port", "12111", "--state-dir", str(tmp_path)], given)
    assert urlsplit(settings.webhook_url or "").path == "/api/payments/webhook"
    assert settings.webhook_secret == SECRETS["stripe-secret"]["STRIPE_WEBHOOK_SECRET"]


def missing_sources(manifests: Manifests) -> set[tuple[str, str]]:
    """Referenced keys that do not exist, and those whose `optional` is wrong."""
    everywhere, always = stored(manifests, ("k8s", "k8s-emulator")), stored(manifests, ("k8s",))
    wrong = set()
    for workload in manifests.workloads.values():
        for name, key, optional in references(workload):
            may_be_missing = key in OPTIONAL or name not in always
            required = workload.name == "stripe-emulator"
            if key not in everywhere.get(name, {}) or optional != (may_be_missing and not required):
                wrong.add((name, key))
    return wrong


def test_secrets_have_the_documented_names_and_keys(manifests):
    assert missing_sources(manifests) == set()


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("infra/k8s/auth.yaml", "name: jwt-secret", "name: jwt"),
        ("infra/k8s/payments.yaml", "key: STRIPE_KEY", "key: STRIPE_SECRET_KEY"),
        ("infra/k8s/payments.yaml", "                  optional: true\n", ""),
        ("infra/k8s/tickets.yaml", "name: shared-settings", "name: settings"),
    ],
)
def test_wrong_secret_is_detected(path, old, new, manifests):
    assert missing_sources(manifests.broken(path, old, new)) != set()


def test_emulator_secret_has_the_keys_of_a_real_one(manifests):
    (text,) = (
        made["data"]["secrets.json"]
        for made in manifests.objects("ConfigMap", "k8s-emulator")
        if "secrets.json" in made["data"]
    )
    keys = json.loads(text)["stripe-secret"]
    assert keys.keys() == SECRETS["stripe-secret"].keys()
    assert keys["STRIPE_WEBHOOK_SECRET"] == "whsec_*"


def test_each_service_has_its_own_mongodb(manifests):
    uris = {name: environment(manifests, name)["MONGO_URI"] for name in SETTINGS if name != "expiration-worker"}
    assert uris == {name: f"mongodb://{name}:password-of-{name}@{name}-mongo:27017/{name}" for name in uris}
    assert environment(manifests, "expiration-worker")["MONGO_URI"] == uris["expiration"]


def test_each_service_has_its_own_user_of_each_server(manifests):
    for name in SETTINGS:
        user, urls = name.removesuffix("-worker"), environment(manifests, name)
        logins = {key: tuple(urlsplit(urls[key]).netloc.split("@")) for key in ("NATS_URL", "REDIS_URL") if key in urls}
        redis = "expiration" if user == "expiration" else "limits"
        assert logins.get("NATS_URL", (f"{user}:password-of-{user}", "nats:4222")) == (
            f"{user}:password-of-{user}",
            "nats:4222",
        )
        assert logins.get("REDIS_URL", (f"{redis}:password-of-{redis}",))[0] == f"{redis}:password-of-{redis}"
