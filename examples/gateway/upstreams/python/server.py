"""An upstream on Python's own server: it answers who is calling. Run it with KEYS_URL, ISSUER and AUDIENCE."""

import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import aauth_assertion

KEYS = aauth_assertion.Keys(os.environ["KEYS_URL"])
ONCE = aauth_assertion.Once()


class Notes(BaseHTTPRequestHandler):
    def do_GET(self):
        try:
            claims = aauth_assertion.verify(
                self.command,
                self.path,
                self.headers.get_all(aauth_assertion.HEADER, []),
                keys=KEYS,
                issuer=os.environ["ISSUER"],
                audience=os.environ["AUDIENCE"],
                once=ONCE,
            )
        except aauth_assertion.Refused as refused:
            self.log_message("refused: %s", refused)
            self._answer(refused.status, {"error": "refused"})
            return
        self._answer(200, {"caller": claims["caller"], "person": claims.get("sub"), "auth": claims["auth"]})

    do_POST = do_GET

    def _answer(self, status, body):
        octets = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(octets)))
        self.end_headers()
        self.wfile.write(octets)


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "8080"))), Notes)
    print(f"listening on {server.server_address[1]}", flush=True)
    server.serve_forever()
