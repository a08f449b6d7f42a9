import type { GivenConfiguration, GivenLimits } from './given.ts'
import { letUpstream, managedHints } from './managed-hints.ts'
import { defaultRequirement, routeShape, serverId, trust } from './route-shape.ts'
import { secret } from './secret.ts'
import { choice, either, flag, list, type Members, members, record, text, whole, without } from './shape.ts'

/** `GET,HEAD /notes/*`: methods, or none for all of them, and a path or `rest`. */
export const routeKey: RegExp = /^(?:[A-Z-]+(?:,[A-Z-]+)* )?(?:\/\S*|rest)$/

const address = text(
  'address',
  /^(?:\[[0-9a-fA-F:.]+\]|[\w.-]+):[0-9]{1,5}$/,
  'write a host and a port, such as 127.0.0.1:8080',
)
const authority = text(
  'host name',
  /^[^\s/?#A-Z]+$/,
  'write a host in lower case, with its port if that is not 443',
)
const upstreamUrl = text(
  'address',
  /^(?:https?:\/\/[^\s/?#@]+\/?|unix:\/\S+)$/,
  'write http:// and a host with a port, https:// and a host, or unix: and the path of a socket; prefixes are "addPrefix" of routes',
)
const url = text('URL', /^https?:\/\/\S+$/, 'write a URL')
const label = text('text', /./, 'write a text')
const time = whole(100, 3_600_000)

const metadataShape = members('"metadata"', {
  name: { shape: label, about: 'The name of the API.' },
  description: { shape: label, about: 'What it is for.' },
  logo_uri: { shape: url, about: 'Its logo.' },
  logo_dark_uri: { shape: url, about: 'Its logo on a dark ground.' },
  documentation_uri: { shape: url, about: 'Its documentation.' },
  tos_uri: { shape: url, about: 'Its terms of service.' },
  policy_uri: { shape: url, about: 'Its privacy policy.' },
})

/** Limits of the gateway, in the order of `ProxyLimits`, and then those of `createResource`. */
export const limitsShape: Members<GivenLimits> = members('"limits"', {
  connections: { shape: whole(1, 1_000_000), about: 'Connections of agents at once.', preset: '10 000' },
  requests: { shape: whole(1, 1_000_000), about: 'Requests on their way at once.', preset: '2000' },
  requestsPerCaller: {
    shape: whole(1, 1_000_000),
    about:
      'Requests of one caller on their way at once. All callers without a credential share half of `limits.requests`.',
    preset: '200',
  },
  maxContent: {
    shape: whole(1, Number.MAX_SAFE_INTEGER),
    about: 'Octets of content of one request. More is 413.',
    preset: '1 073 741 824',
  },
  headersTimeout: {
    shape: time,
    about: 'Milliseconds until an agent has sent its header.',
    preset: '10 000',
  },
  requestTimeout: {
    shape: time,
    about: 'Milliseconds until an agent has sent its request.',
    preset: '300 000',
  },
  connectTimeout: { shape: time, about: 'Milliseconds until an upstream is connected.', preset: '3000' },
  answerTimeout: { shape: time, about: 'Milliseconds until an upstream begins to answer.', preset: '60 000' },
  idleTimeout: { shape: time, about: 'Milliseconds without an octet in either direction.', preset: '60 000' },
  tunnels: { shape: whole(0, 1_000_000), about: 'WebSocket connections at once.', preset: '12 000' },
  tunnelsPerCaller: {
    shape: whole(0, 1_000_000),
    about: 'WebSocket connections of one caller.',
    preset: '100',
  },
  upstreamConnections: {
    shape: whole(1, 65_536),
    about: 'Connections to one upstream. One caller may use half.',
    preset: '512',
  },
  heldContent: {
    shape: whole(1, Number.MAX_SAFE_INTEGER),
    about: 'Octets of content that are held at once to compare digests. One caller may use a quarter.',
    preset: '268 435 456',
  },
  closeDelay: {
    shape: whole(0, 3_600_000),
    about:
      'Milliseconds for which connections are still taken after `/readyz` has said `not ready`, so that a load balancer sends no more.',
    preset: '0',
  },
  closeTimeout: {
    shape: time,
    about: 'Milliseconds until requests that are on their way are cut off when the gateway stops.',
    preset: '10 000',
  },
  watchAfter: {
    shape: whole(0, 3_600_000),
    about: 'Milliseconds after which a request is watched, so that it ends when its caller would be refused.',
    preset: '500',
  },
  fetchDeadline: {
    shape: whole(1, 10_000),
    about: 'Milliseconds for the metadata and keys of an issuer.',
    preset: '3000',
  },
  requestDeadline: {
    shape: whole(1000, 30_000),
    about: 'Milliseconds that a decision may take.',
    preset: '5000',
  },
  verifiedTokens: { shape: whole(1, 50_000), about: 'Verified tokens in the cache.', preset: '5000' },
  unlistedIssuers: {
    shape: whole(1, 10_000),
    about: 'Issuers that `trust` does not list whose keys are cached.',
    preset: '250',
  },
  replays: {
    shape: whole(1, 1_000_000),
    about: 'Used signatures that are remembered for all issuers that `trust` does not list.',
    preset: '100 000',
  },
  replaysPerIssuer: {
    shape: whole(1, 1_000_000),
    about: 'Used signatures that are remembered for a listed issuer.',
    preset: '500 000',
  },
  replaysPerKey: {
    shape: whole(1, 1_000_000),
    about: 'Used signatures that are remembered for a key.',
    preset: '20 000',
  },
  tombstones: {
    shape: whole(1, 1_000_000),
    about: 'Terminated missions that are remembered for a person server.',
    preset: '10 000',
  },
})

const missions = members('"missions"', {
  control: {
    shape: flag,
    about: 'Whether person servers are asked for the status of missions.',
    preset: '`false`',
  },
  announcements: {
    shape: flag,
    about: 'Whether person servers may announce terminations at `/aauth/mission-terminated`.',
    preset: '`false`',
  },
  linkedKeys: { shape: whole(1, 86_400), about: 'Seconds for which the provider of a key is remembered.' },
})

const checkListener = {
  listen: { shape: address, about: 'Where the proxy asks.', required: true },
  secret: {
    shape: secret,
    about: 'Shared with the proxy: 32 to 256 letters, digits and `-._~`.',
    required: true,
  },
} as const

const store = members('a store', {
  url: { shape: secret, about: 'The address of the server, with its password.', required: true },
})

/** Everything that a configuration file may say. */
export const configurationShape: Members<GivenConfiguration> = members(
  'the configuration',
  {
    issuer: {
      shape: serverId,
      about: 'The identifier of the API: `https://` and the host that agents call.',
      required: true,
    },
    trust: {
      shape: trust,
      about:
        'Which issuers are trusted: a list of person servers, whose agents may come from any agent provider; the issuers of each role; or `any`. Needed unless `AAUTH_DEV` is set.',
    },
    signingKey: {
      shape: secret,
      about:
        'The private key that signs resource tokens, a JWK, as `aauth keygen` makes it. Needed unless `issuer` is an address of this machine.',
    },
    upstream: {
      shape: upstreamUrl,
      about: 'The server that is protected, such as `http://127.0.0.1:8000`. Its name is `upstream`.',
    },
    upstreams: {
      shape: record(
        {
          pattern: /^[a-z0-9][a-z0-9._-]{0,62}$/,
          what: 'a name',
          remedy: 'write lower-case letters, digits, ".", "_" and "-"',
        },
        upstreamUrl,
        100,
      ),
      about: 'Several servers by name. The name is the `aud` of the assertions that a server gets.',
    },
    routes: {
      shape: record(
        {
          pattern: routeKey,
          what: 'a route',
          remedy:
            'write methods and a path, such as GET,HEAD /notes/*, a path alone for all methods, or rest',
        },
        routeShape,
      ),
      about: 'Which requests are passed on, and what they require. All others are refused.',
      required: true,
    },
    scopes: {
      shape: record(
        { pattern: /^[\x21\x23-\x5b\x5d-\x7e]+$/, what: 'a scope', remedy: 'write it without spaces' },
        label,
      ),
      about: 'The scopes of the API, each with its description for consent screens.',
    },
    defaultScope: { shape: label, about: 'The scope of routes without `scope`.' },
    listen: { shape: address, about: 'Where agents are served.', preset: '`127.0.0.1:8080`' },
    admin: {
      shape: either(choice(false), address),
      about: 'Where health, metrics and the console are served; `false` for nowhere.',
      preset: '`127.0.0.1:9090`',
    },
    assertionKey: {
      shape: secret,
      about: 'The private key for ES256 that signs assertions for upstreams, and nothing else.',
      preset: 'made at start, in memory',
    },
    previousKeys: {
      shape: secret,
      about: 'Further public keys to publish: a JWK, a list of them or a JWKS.',
    },
    personHashKey: {
      shape: secret,
      about: '32 octets in hexadecimal or base64, by which logs name persons.',
    },
    require: { shape: defaultRequirement, about: 'What every route requires unless it says otherwise.' },
    authorities: {
      shape: list(authority),
      about: 'Host names that agents call.',
      preset: 'the host of `issuer`',
    },
    strippedPrefix: {
      shape: text('path', /^\/\S*[^\s/]$/, 'write it as /api, without a slash at the end'),
      about: 'A prefix of the path that a proxy in front of the gateway strips.',
    },
    accessServer: { shape: serverId, about: 'The access server of the API.' },
    acceptPersonServerTokens: {
      shape: flag,
      about: 'Whether tokens of person servers are accepted beside those of `accessServer`.',
      preset: '`false`',
    },
    generations: {
      shape: list(choice('mission-header', 'person-token')),
      about: 'Generations of the wire format that are accepted.',
      preset: 'both',
    },
    accessMode: {
      shape: without(choice('agent-token', 'person-token', 'auth-token'), 'session-token', letUpstream),
      about: 'The access mode that the metadata announces.',
      preset: '`auth-token`',
    },
    signatureWindow: {
      shape: whole(1, 300),
      about: 'Seconds that `created` may differ from the clock.',
      preset: '60',
    },
    components: {
      shape: list(text('component', /^@?[a-z0-9-]+$/, 'write the name of a component, in lower case'), {
        max: 32,
      }),
      about: 'What every signature must cover beside the components of the protocol.',
    },
    replay: {
      shape: choice('auto', 'unsafe', 'all', 'off'),
      about: 'Which requests are accepted only once.',
      preset: '`auto`',
    },
    claims: { shape: list(label, { max: 32 }), about: 'Further claims of tokens that assertions carry.' },
    maxAgentTokenLifetime: {
      shape: whole(1, 31_536_000),
      about: 'The longest lifetime of an agent token in seconds.',
    },
    staleReads: {
      shape: whole(0, 300),
      about: 'Seconds for which safe methods pass while a store does not answer.',
      preset: '0',
    },
    ed25519: {
      shape: choice('platform', 'sodium-native'),
      about: 'What verifies signatures.',
      preset: '`platform`',
    },
    missions: { shape: missions, about: 'How the gateway learns that a mission was terminated.' },
    metadata: { shape: metadataShape, about: 'What the published metadata says for people.' },
    problemTypes: { shape: url, about: 'The prefix of `type` in problem documents.' },
    log: {
      shape: choice('console', 'summary', 'off'),
      about: 'One line for each decision and each refusal, a summary of refusals once a minute, or neither.',
      preset: '`console` on a terminal, else `summary`',
    },
    stores: {
      shape: members('"stores"', {
        redis: { shape: store, about: 'Redis 7.0, Valkey 7.2 or later.' },
        postgres: { shape: store, about: 'PostgreSQL.' },
      }),
      about:
        'Where several gateways share what was revoked, terminated and used. Needs `@aauth-guard/redis` or `@aauth-guard/postgres`.',
      preset: 'the memory of the process',
    },
    forwardAuth: {
      shape: members('"forwardAuth"', checkListener, managedHints),
      about: 'Answers nginx, Caddy and Traefik, which then pass requests on themselves.',
    },
    extAuthz: {
      shape: members(
        '"extAuthz"',
        {
          ...checkListener,
          listen: {
            shape: text(
              'address',
              /^(?:unix:\/\S+|(?:\[[0-9a-fA-F:.]+\]|[\w.-]+):[0-9]{1,5})$/,
              'write unix: and the path of a socket, or a host and a port',
            ),
            about: 'Where Envoy asks: a Unix socket, or an address of this machine.',
            required: true,
          },
        },
        managedHints,
      ),
      about: 'Answers Envoy over gRPC. Needs `@grpc/grpc-js`.',
    },
    limits: { shape: limitsShape, about: 'Limits of the gateway and of its caches.' },
  },
  managedHints,
)
