"""Sends requests made from openapi.json to the issuer's part of a running platform, and looks for what differs from it.

    pip install schemathesis
    PLATFORM_URL=http://127.0.0.1:8080 OPERATOR_TOKEN=... python3 fuzz_the_contract.py [--seed N] [--examples N] [--short]

Makes an issuer of its own, signs every request as an issuer does, and takes some minutes; `--short`, as `npm test` runs
it, leaves out the corners of single fields and takes about a minute. What a schema cannot say is left out: that a cursor
was given out by the list, or that the body names the order of the path. Ends with 1 where a request that fits was
refused, one that does not fit was taken, or an answer was not as declared.
"""

import argparse
import base64
import hashlib
import hmac
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from urllib.parse import unquote

# What a schema says, by code of an entry of `errors`; any other is of a rule between fields, or of what only the platform
# knows.
OF_THE_SCHEMA = {
    "required", "unknown_field", "unrecognized_keys", "invalid_type", "invalid_value", "invalid_format", "invalid_union",
    "invalid_key", "invalid_element", "too_big", "too_small", "not_multiple_of",
}
PLATFORM = os.environ.get("PLATFORM_URL", "http://127.0.0.1:8080").rstrip("/")
RUN_LIMIT_S = 900
OWN = "/v1/issuers/{issuerId}"
# A new secret would leave every later request without a right signature; a list of lines is no JSON; an answer that is
# none is a problem of its message, in a 200.
LEFT_OUT = {f"{OWN}/secret", f"{OWN}/reconciliations", f"{OWN}/messages/acknowledgement"}


def sign(method, target, body, secret):
    """Standard Webhooks; a request without a body signs its method and target."""
    message_id, at = str(uuid.uuid4()), str(int(time.time()))
    signed = f"{message_id}.{at}.".encode() + (body or f"{method} {target}".encode())
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signature = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return {"webhook-id": message_id, "webhook-timestamp": at, "webhook-signature": f"v1,{signature}"}


def without_conformance(response):
    """A conformance run gives messages that are wrong or newer than the contract, on purpose."""
    if response.status_code == 200:
        given = response.json()
        given["data"] = [one for one in given["data"] if not one["id"].startswith("cf_conform_")]
        response._content = json.dumps(given).encode()
    return response


def hooks():
    """Loaded by Schemathesis in the process that it starts."""
    import requests
    import schemathesis

    issuer_id, secret = os.environ["FUZZ_ISSUER"], os.environ["FUZZ_SECRET"]
    send = requests.Session.send

    def signed_send(session, request, **options):
        body = request.body if isinstance(request.body, (bytes, str)) else b""
        raw = body.encode() if isinstance(body, str) else body
        request.headers.update(sign(request.method, request.path_url, raw, secret))
        response = send(session, request, **options)
        return without_conformance(response) if request.path_url.split("?")[0].endswith("/messages") else response

    requests.Session.send = signed_send

    @schemathesis.check
    def fitting_is_not_refused(context, response, case):
        mode = case.meta.generation.mode if case.meta else None
        if mode is None or not mode.is_positive or response.status_code != 422:
            return
        errors = [e for e in response.json().get("errors", []) if e["code"] in OF_THE_SCHEMA]
        assert not errors, f"fits the schema and is refused: {errors[:3]}"

    @schemathesis.hook
    def map_path_parameters(context, path_parameters):
        if path_parameters and "issuerId" in path_parameters:
            path_parameters["issuerId"] = issuer_id
        return path_parameters

    @schemathesis.hook
    def before_call(context, case, kwargs):
        mode = case.meta.generation.mode if case.meta else None
        if mode is None or not mode.is_positive:
            return
        if isinstance(case.body, dict) and "orderNo" in case.body:
            given = (case.path_parameters or {}).get("orderNo")
            if isinstance(given, str):
                case.body["orderNo"] = unquote(given)
        if case.query:
            # Who waits for what never comes makes the run take minutes.
            for name in ("cursor", "after", "waitSeconds"):
                case.query.pop(name, None)


def call(method, path, body=None, token=None):
    request = urllib.request.Request(PLATFORM + path, method=method, data=None if body is None else json.dumps(body).encode())
    request.add_header("content-type", "application/json")
    if token:
        request.add_header("authorization", f"Bearer {token}")
    with urllib.request.urlopen(request, timeout=20) as response:
        return response.read()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4), "big"))
    parser.add_argument("--examples", type=int, default=40)
    parser.add_argument("--short", action="store_true")
    wanted = parser.parse_args()
    issuer_id = f"fuzz-{uuid.uuid4().hex[:8]}"
    wish = {
        "issuerId": issuer_id,
        "name": "Contract fuzz",
        "callback": {"kind": "pull"},
        "codeMode": "push",
    }
    issuer = json.loads(call("POST", "/v1/operator/issuers", wish, os.environ["OPERATOR_TOKEN"]))
    contract = json.loads(call("GET", "/openapi.json"))
    contract["paths"] = {
        path: {method: one for method, one in calls.items() if method == "get" or path not in LEFT_OUT}
        for path, calls in contract["paths"].items() if path.startswith(OWN)
    }
    # The signature is made here, whatever the contract says of its headers.
    for calls in contract["paths"].values():
        for one in calls.values():
            one["security"] = []
    print(f"SEED={wanted.seed} (contract fuzz)", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        place = os.path.join(folder, "openapi.json")
        with open(place, "w", encoding="utf-8") as file:
            json.dump(contract, file)
        with open(os.path.join(folder, "schemathesis.toml"), "w", encoding="utf-8") as file:
            file.write('[checks.negative_data_rejection]\nexpected-statuses = ["4xx", "5xx"]\n')
        with open(os.path.join(folder, "hooks_of_fuzz.py"), "w", encoding="utf-8") as file:
            file.write("import fuzz_the_contract\nfuzz_the_contract.hooks()\n")
        here = os.path.dirname(os.path.abspath(__file__))
        checks = (
            "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,"
            "fitting_is_not_refused,negative_data_rejection"
        )
        command = [
            sys.executable, "-m", "schemathesis.cli", "run", place, "--url", PLATFORM,
            "--phases", "examples,fuzzing" if wanted.short else "examples,coverage,fuzzing",
            "--checks", checks, "--continue-on-failure",
            "--max-examples", str(wanted.examples), "--seed", str(wanted.seed), "--request-timeout", "40",
            "--suppress-health-check", "all",
        ]
        environment = {
            **os.environ,
            "FUZZ_ISSUER": issuer_id,
            "FUZZ_SECRET": issuer["secret"],
            "SCHEMATHESIS_HOOKS": "hooks_of_fuzz",
            "PYTHONPATH": os.pathsep.join([folder, here, os.environ.get("PYTHONPATH", "")]),
        }
        return subprocess.run(command, cwd=folder, env=environment, timeout=RUN_LIMIT_S, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
