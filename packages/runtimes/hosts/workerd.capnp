using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (
      name = "guard",
      worker = (
        modules = [(name = "worker.js", esModule = embed "worker.js")],
        bindings = [(name = "ISSUERS", fromEnvironment = "ISSUERS")],
        globalOutbound = "loopback",
        compatibilityDate = "2026-11-01",
      ),
    ),
    (name = "loopback", network = (allow = ["local"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "guard")],
);
