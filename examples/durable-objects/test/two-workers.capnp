using Workerd = import "/workerd/workerd.capnp";

# Two workers that share the objects of the first. What they fetch, from whichever host, comes from the issuers.
const config :Workerd.Config = (
  services = [
    (
      name = "one",
      worker = (
        modules = [(name = "worker.js", esModule = embed "worker.js")],
        bindings = [(name = "STATE", durableObjectNamespace = "StateObject")],
        durableObjectNamespaces = [(className = "StateObject", uniqueKey = "state", enableSql = true)],
        durableObjectStorage = (localDisk = "disk"),
        globalOutbound = "issuers",
        compatibilityDate = "2026-11-01",
      ),
    ),
    (
      name = "two",
      worker = (
        modules = [(name = "worker.js", esModule = embed "worker.js")],
        bindings = [
          (name = "STATE", durableObjectNamespace = (className = "StateObject", serviceName = "one")),
        ],
        globalOutbound = "issuers",
        compatibilityDate = "2026-11-01",
      ),
    ),
    (name = "issuers", external = (http = ())),
    (name = "disk", disk = (writable = true)),
  ],
  sockets = [
    (name = "one", address = "127.0.0.1:0", http = (), service = "one"),
    (name = "two", address = "127.0.0.1:0", http = (), service = "two"),
  ],
);
