import os
import secrets

from codeferry_issuer import CodeRequest, Issuer

issuer = Issuer(os.environ["PLATFORM_URL"], os.environ["ISSUER_ID"], os.environ["ISSUER_SECRET"])


@issuer.codes
def make(order: CodeRequest) -> list[str]:
    return [secrets.token_hex(8).upper() for _ in range(order["outstanding"])]


issuer.serve(port=int(os.environ.get("CALLBACK_PORT", "3000")))
