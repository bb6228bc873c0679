"""What Docker Compose, Prometheus and Grafana read: it parses, and names only what exists."""

import json
import re
from typing import Any

import pytest
import yaml

from ipqa.settings import Settings
from tests.parts import ROOT

DEPLOY = ROOT / "deploy"
TEXT = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]

each_service = pytest.mark.parametrize("name", SERVICES)


@each_service
def test_a_service_may_do_no_more_than_it_has_to(name: str) -> None:
    service = SERVICES[name]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["read_only"] or name == "milvus"
    assert {"cpus", "memory", "pids"} <= set(service["deploy"]["resources"]["limits"])
    assert not service.get("privileged")


@each_service
def test_an_image_has_a_version(name: str) -> None:
    assert re.fullmatch(r"[\w./-]+:v?\d+\.\d+[\w.-]*", SERVICES[name]["image"])


@each_service
def test_who_is_waited_for_tells_whether_it_is_healthy(name: str) -> None:
    for other, wanted in SERVICES[name].get("depends_on", {}).items():
        assert wanted == {"condition": "service_healthy"}
        assert "healthcheck" in SERVICES[other] or "build" in SERVICES[other]


@each_service
def test_volumes_networks_and_secrets_are_declared_and_files_exist(name: str) -> None:
    service = SERVICES[name]
    assert set(service["networks"]) <= set(COMPOSE["networks"])
    assert set(service.get("secrets", ())) <= set(COMPOSE["secrets"])
    for volume in service.get("volumes", ()):
        source = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", volume).partition(":")[0]
        if source.startswith("."):
            assert (DEPLOY / source).exists(), source
        else:
            assert source in COMPOSE["volumes"]


def test_servers_are_set_by_settings_that_exist() -> None:
    for name in ("first", "second", "tool"):
        given = {key for key in SERVICES[name]["environment"] if key.startswith("IPQA_")}
        known = {f"IPQA_{field.upper()}" for field in Settings.model_fields}
        assert given <= known


def test_nginx_is_told_all_that_its_template_asks_for_and_where_the_servers_are() -> None:
    environment = SERVICES["nginx"]["environment"]
    asked = re.findall(r"\$\{(\w+)\}", (DEPLOY / "nginx.conf").read_text(encoding="utf-8"))
    assert set(asked) == {name for name in environment if name.startswith("IPQA_")}
    for variable, name in (("IPQA_FIRST", "first"), ("IPQA_SECOND", "second")):
        address = SERVICES[name]["networks"]["inside"]["ipv4_address"]
        assert environment[variable] == f"{address}:8000"
    own = SERVICES["nginx"]["networks"]["inside"]["ipv4_address"]
    assert SERVICES["first"]["environment"]["FORWARDED_ALLOW_IPS"] == own


def test_the_two_servers_are_alike_and_share_their_index() -> None:
    first, second = ({**SERVICES[name], "networks": None} for name in ("first", "second"))
    assert first == second
    assert "index:/data" in first["volumes"]


def test_no_password_has_a_default_and_secrets_are_not_kept_in_the_repository() -> None:
    passwords = re.findall(r"\$\{(\w*PASSWORD\w*)(:.)?", TEXT)
    assert {name for name, _ in passwords} == {"POSTGRES_PASSWORD", "GRAFANA_PASSWORD"}
    assert {mark for _, mark in passwords} == {":?"}
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").split()
    assert {"deploy/.env", "deploy/secrets/"} <= set(ignored)
    for secret in COMPOSE["secrets"].values():
        assert secret["file"].startswith("./secrets/")


def test_only_this_machine_reaches_what_is_published() -> None:
    published = [port for service in SERVICES.values() for port in service.get("ports", ())]
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)
    assert COMPOSE["networks"]["inside"]["internal"]
    assert all("outside" not in SERVICES[name]["networks"] for name in ("first", "second"))


def test_prometheus_asks_both_servers_under_names_that_they_answer_to() -> None:
    scraped = yaml.safe_load((DEPLOY / "prometheus.yml").read_text(encoding="utf-8"))
    (job,) = scraped["scrape_configs"]
    (targets,) = job["static_configs"]
    assert targets["targets"] == ["first:8000", "second:8000"]
    names = SERVICES["first"]["environment"]["IPQA_ALLOWED_HOSTS"].split(",")
    assert names[:2] == ["first", "second"]
    key = job["authorization"]["credentials_file"]
    assert key.removeprefix("/run/secrets/") in SERVICES["prometheus"]["secrets"]


def test_grafana_finds_prometheus_and_the_dashboard() -> None:
    provisioning = DEPLOY / "grafana" / "provisioning"
    (source,) = yaml.safe_load((provisioning / "datasources/prometheus.yaml").read_text("utf-8"))[
        "datasources"
    ]
    assert source["url"] == "http://prometheus:9090"
    (provider,) = yaml.safe_load((provisioning / "dashboards/ipqa.yaml").read_text("utf-8"))[
        "providers"
    ]
    mounted = [volume.split(":")[1] for volume in SERVICES["grafana"]["volumes"]]
    assert f"{provider['options']['path']}/ipqa.json" in mounted
    assert json.loads((DEPLOY / "grafana" / "ipqa.json").read_text("utf-8"))["title"] == "ipqa"


def test_milvus_runs_only_where_it_is_asked_for() -> None:
    assert SERVICES["milvus"]["profiles"] == ["milvus"]
    assert SERVICES["first"]["environment"]["IPQA_INDEX_URL"] is None
    assert yaml.safe_load((DEPLOY / "milvus" / "etcd.yaml").read_text("utf-8"))
