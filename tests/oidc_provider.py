"""A small real OpenID Connect provider on loopback: discovery, code with PKCE, token, user info, keys."""

import base64
import hashlib
import json
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Provider:
    """Logs `person` in at once, whoever asks."""

    def __init__(self) -> None:
        self.person: dict[str, str] = {"sub": "1", "preferred_username": "operator"}
        self.codes: dict[str, dict[str, str]] = {}
        self.refuses = False
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider.get(self)

            def do_POST(self) -> None:
                size = int(self.headers["Content-Length"])
                provider.token(self, {k: v[0] for k, v in parse_qs(self.rfile.read(size).decode()).items()})

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def get(self, asked: BaseHTTPRequestHandler) -> None:
        address = urlsplit(asked.path)
        query = {k: v[0] for k, v in parse_qs(address.query).items()}
        if address.path == "/authorize":
            code = secrets.token_hex(8)
            self.codes[code] = query
            told = {"error": "access_denied"} if self.refuses else {"code": code}
            asked.send_response(302)
            asked.send_header("Location", f"{query['redirect_uri']}?{urlencode(told | {'state': query['state']})}")
            asked.end_headers()
            return
        answers: dict[str, Any] = {
            "/.well-known/openid-configuration": {
                "issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token", "userinfo_endpoint": f"{self.issuer}/userinfo",
                "jwks_uri": f"{self.issuer}/keys", "token_endpoint_auth_methods_supported": ["client_secret_post"],
            },
            "/userinfo": self.person,
            "/keys": {"keys": [json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key())) | {"kid": "1"}]},
        }  # fmt: skip
        self._answer(asked, answers[address.path])

    def token(self, asked: BaseHTTPRequestHandler, form: dict[str, str]) -> None:
        request = self.codes.pop(form["code"])
        proof = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        assert proof == request["code_challenge"]
        assert (form["client_id"], form["client_secret"]) == ("handrail", "a secret")
        now = int(time.time())
        claims = self.person | {"iss": self.issuer, "aud": "handrail", "iat": now, "exp": now + 60}
        signed = jwt.encode(claims, KEY, algorithm="RS256", headers={"kid": "1"})
        self._answer(asked, {"access_token": "x", "token_type": "Bearer", "expires_in": 60, "id_token": signed})

    @staticmethod
    def _answer(asked: BaseHTTPRequestHandler, value: Any) -> None:
        body = json.dumps(value).encode()
        asked.send_response(200)
        asked.send_header("Content-Type", "application/json")
        asked.send_header("Content-Length", str(len(body)))
        asked.end_headers()
        asked.wfile.write(body)

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
