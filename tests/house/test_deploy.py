"""The files for those who run Masthead on machines of their own: they name what exists, and the programs they are for take them."""

import configparser
import re
import shutil
import subprocess

import pytest
import yaml

from masthead.cli.run import PARTS
from masthead.config.env import OTHER_NAMES, PREFIX, Env
from tests import needs
from tests.databases import HERE

pytestmark = pytest.mark.live

DEPLOY = HERE / "deploy"


def test_every_setting_that_they_name_is_one():
    named = {(path.name, name) for path in DEPLOY.rglob("*") if path.is_file() for name in re.findall(rf"\b{PREFIX}[A-Z_]+", path.read_text())}
    assert len(named) > 5
    assert {(file, name) for file, name in named if name not in OTHER_NAMES and name.removeprefix(PREFIX).lower() not in Env.model_fields} == set()


@pytest.mark.parametrize("file", ["masthead.service", "masthead@.service"])
def test_a_unit_starts_what_there_is_and_confines_it(file):
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str
    unit.read(DEPLOY / "systemd" / file)
    assert unit["Service"]["ExecStart"].split()[:2] == ["/srv/masthead/masthead", "run"]
    assert unit["Service"]["ProtectSystem"] == "strict"
    assert unit["Install"]["WantedBy"] == "multi-user.target"
    assert set(re.findall(r"masthead@(\w+)", (DEPLOY / "systemd" / file).read_text())) <= set(PARTS)


def test_the_image_holds_what_the_door_needs():
    made_of = (DEPLOY / "Dockerfile").read_text()
    copied = {name for line in re.findall(r"^COPY \S+ (.+) \S+$", made_of, re.MULTILINE) for name in line.split()}
    assert all((HERE / name).exists() for name in copied)
    assert {path.name for path in HERE.glob("requirements*.lock")} | {"masthead", "src"} <= copied


def test_the_composed_machines_share_one_database_and_one_key_and_no_folder():
    made = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    one, two = made["one"], made["two"]
    assert one["environment"] == two["environment"]
    assert {"DATABASE_URL", "MASTHEAD_SECRET_KEY", "MASTHEAD_REDIS_URL"} <= one["environment"].keys()
    assert one["volumes"] != two["volumes"]
    assert all(path.split(":")[0].removeprefix("./") in {file.name for file in DEPLOY.iterdir()} for path in made["proxy"]["volumes"] if path.startswith("./"))


def test_nginx_takes_its_file(tmp_path):
    nginx = shutil.which("nginx") or shutil.which("/usr/sbin/nginx") or needs.lacking("nginx")
    subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-subj",
            "/CN=our-paper.example",
            "-keyout",
            tmp_path / "key.pem",
            "-out",
            tmp_path / "cert.pem",
        ],
        check=True,
        capture_output=True,
    )
    site = (DEPLOY / "nginx.conf").read_text()
    site = re.sub(r"(ssl_certificate )\S+;", rf"\1{tmp_path}/cert.pem;", site)
    site = re.sub(r"(ssl_certificate_key )\S+;", rf"\1{tmp_path}/key.pem;", site)
    (tmp_path / "nginx.conf").write_text(f"pid {tmp_path}/pid;\nerror_log {tmp_path}/error.log;\nevents {{}}\nhttp {{ access_log off; {site} }}\n")
    done = subprocess.run([nginx, "-t", "-c", tmp_path / "nginx.conf", "-p", tmp_path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
