using Workerd = import "/workerd/workerd.capnp";

# Two workers that share the objects of the first.
const config :Workerd.Config = (
  services = [
    (
      name = "one",
      worker = (
        modules = [(name = "worker.js", esModule = embed "worker.js")],
        bindings = [(name = "STATE", durableObjectNamespace = "StateObject")],
        durableObjectNamespaces = [(className = "StateObject", uniqueKey = "state", enableSql = true)],
        durableObjectStorage = (localDisk = "disk"),
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
        compatibilityDate = "2026-11-01",
      ),
    ),
    (name = "disk", disk = (writable = true)),
  ],
  sockets = [
    (name = "one", address = "127.0.0.1:0", http = (), service = "one"),
    (name = "two", address = "127.0.0.1:0", http = (), service = "two"),
  ],
);
