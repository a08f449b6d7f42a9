"""A small API that knows nothing of AAuth: python3 app.py PORT"""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

NOTES = {"1": "Buy milk", "2": "Water the plants"}


class Notes(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/notes":
            return self.answer(200, NOTES)
        note = NOTES.get(self.path.removeprefix("/notes/"))
        return self.answer(404, {"error": "no such note"}) if note is None else self.answer(200, note)

    def do_PUT(self):
        NOTES[self.path.removeprefix("/notes/")] = self.rfile.read(int(self.headers["content-length"])).decode()
        self.answer(200, NOTES)

    def answer(self, status, body):
        octets = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(octets)))
        self.end_headers()
        self.wfile.write(octets)


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Notes)
    print(f"listening on {server.server_address[1]}", flush=True)
    server.serve_forever()
