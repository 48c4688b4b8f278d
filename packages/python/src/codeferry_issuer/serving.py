from __future__ import annotations

import asyncio
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Awaitable, Callable, Dict, Iterable, List, Mapping, MutableMapping, Tuple

from .answers import Response

# More than any message of the platform.
_BODY_MAX_BYTES = 1024 * 1024
_READ_LIMIT_S = 10
_REQUESTS_AT_ONCE = 64
_REASONS = {200: "OK", 204: "No Content", 401: "Unauthorized", 503: "Service Unavailable"}

_Headers = List[Tuple[str, str]]
_Message = MutableMapping[str, Any]


class Serving:
    """The issuer as a WSGI application, as an ASGI application, or by itself."""

    def handle(self, headers: Mapping[str, str], body: bytes, method: str = "POST") -> Response:
        raise NotImplementedError

    def wsgi(self, environ: Dict[str, Any], start_response: Callable[[str, _Headers], Any]) -> Iterable[bytes]:
        """`app.wsgi_app`, `gunicorn issuer:application`, or mounted at your callback's path."""
        size = environ.get("CONTENT_LENGTH") or "0"
        if not size.isdecimal() or int(size) > _BODY_MAX_BYTES:
            response = Response(413)
        else:
            headers = {name[5:].replace("_", "-"): value for name, value in environ.items() if name.startswith("HTTP_")}
            response = self.handle(headers, environ["wsgi.input"].read(int(size)), environ["REQUEST_METHOD"])
        reason = _REASONS.get(response.status, "-")
        start_response(f"{response.status} {reason}", _headers_of(response))
        return [response.body] if response.body else []

    async def asgi(
        self,
        scope: _Message,
        receive: Callable[[], Awaitable[_Message]],
        send: Callable[[_Message], Awaitable[None]],
    ) -> None:
        """`uvicorn issuer:application`, or mounted at your callback's path. Your functions run in threads."""
        if scope["type"] == "lifespan":
            while True:
                message = await receive()
                await send({"type": f"{message['type']}.complete"})
                if message["type"] == "lifespan.shutdown":
                    return
        if scope["type"] != "http":
            raise ValueError("the issuer speaks HTTP alone")
        body = bytearray()
        more = True
        while more and len(body) <= _BODY_MAX_BYTES:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
        if len(body) > _BODY_MAX_BYTES:
            response = Response(413)
        else:
            headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
            response = await asyncio.to_thread(self.handle, headers, bytes(body), scope["method"])
        sent = [(name.encode(), value.encode()) for name, value in _headers_of(response)]
        await send({"type": "http.response.start", "status": response.status, "headers": sent})
        await send({"type": "http.response.body", "body": response.body})

    def server(self, port: int, host: str = "127.0.0.1") -> ThreadingHTTPServer:
        """A server at any path, behind your TLS; `serve_forever` runs it. Port 0 takes a free one."""
        handle = self.handle
        slots = threading.BoundedSemaphore(_REQUESTS_AT_ONCE)

        class Callback(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = _READ_LIMIT_S

            def do_POST(self) -> None:
                size = self.headers.get("content-length") or ""
                if not size.isdecimal() or int(size) > _BODY_MAX_BYTES:
                    self.close_connection = True
                    return self._answer(Response(413))
                body = self.rfile.read(int(size))
                if not slots.acquire(blocking=False):
                    return self._answer(Response(503, {"retry-after": "1"}))
                try:
                    response = handle(dict(self.headers.items()), body)
                finally:
                    slots.release()
                self._answer(response)

            def _answer(self, response: Response) -> None:
                self.send_response(response.status)
                for name, value in _headers_of(response):
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(response.body)

            def log_message(self, *_: Any) -> None:
                """Silent: a log line must never hold what a message carries."""

        server = ThreadingHTTPServer((host, port), Callback)
        server.daemon_threads = True
        return server

    def serve(self, port: int, host: str = "127.0.0.1") -> None:
        """Serves until it is interrupted."""
        with self.server(port, host) as server:
            server.serve_forever()


def _headers_of(response: Response) -> _Headers:
    size = {} if response.status == 204 else {"content-length": str(len(response.body))}
    return list({**response.headers, **size}.items())
