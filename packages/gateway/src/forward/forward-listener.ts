import type { ServerOptions } from 'node:http'

/**
 * Options for the server that {@link forwardAuthHandler} is mounted on.
 *
 * Proxies ask with every header line of the agent and the target in a line of its own, so more octets are read than the
 * proxies read. Their connections are kept for longer than they are kept by the recipes: a connection that both sides end
 * at once would cost a request.
 */
export const forwardListenerOptions: ServerOptions = Object.freeze({
  maxHeaderSize: 131_072,
  keepAliveTimeout: 120_000,
  headersTimeout: 10_000,
  requestTimeout: 10_000,
  // Requests without Host are refused as the agent's.
  requireHostHeader: false,
})
