using Workerd = import "/workerd/workerd.capnp";

# The Worker as it is: whatever it fetches, from whichever host, goes to the issuers of the runner.
const config :Workerd.Config = (
  services = [
    (
      name = "notes",
      worker = (
        modules = [(name = "example.js", esModule = embed "example.js")],
        globalOutbound = "issuers",
        compatibilityDate = "2026-11-01",
      ),
    ),
    (name = "issuers", external = (http = ())),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "notes")],
);
