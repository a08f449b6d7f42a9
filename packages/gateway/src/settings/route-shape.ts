import type { GivenRequirement, GivenRoute, GivenTrust } from './given.ts'
import { managedHints } from './managed-hints.ts'
import { choice, either, flag, list, type Members, members, type Shape, text, whole } from './shape.ts'

export const serverId: Shape<string> = text(
  'server identifier',
  /^https?:\/\/[^/?#\s]+$/,
  'write https:// and a host, without a slash at the end',
)
const scope = text('scope', /^[\x21\x23-\x5b\x5d-\x7e]+$/, 'write a scope without spaces')
const fieldName = text('name of a header field', /^[!#$%&'*+.^`|~\w-]+$/, 'write the name of a header field')
const path = text('path', /^(?:\/[\w.~!$&'()+,=:@-]+)+$/, 'write it as /v1, without a slash at the end')
const listed = either(choice('any'), list(serverId))

/** Which issuers are trusted. */
export const trust: Shape<GivenTrust> = either(
  choice('any'),
  list(serverId),
  members('"trust"', {
    agentProviders: { shape: listed, about: 'Issuers that may identify agents, or `any`.' },
    personServers: {
      shape: listed,
      about: 'Issuers that may identify persons and grant their scopes, or `any`.',
    },
    accessServers: { shape: list(serverId), about: 'Issuers that may grant access on behalf of the API.' },
  }),
)

const mission = either(
  choice('required', 'optional', 'forbidden'),
  members('"mission"', {
    approver: { shape: serverId, about: 'The person server that approved it.', required: true },
  }),
)
const agentClass = either(
  choice('any'),
  members('"class"', {
    provider: {
      shape: either(serverId, list(serverId)),
      about: 'The agent providers that may act.',
      required: true,
    },
  }),
)
const classPolicy = choice('deny', 'mission-only', 'same-key', 'linked-key')

/** What a route requires, and what all routes do. */
const required = {
  person: {
    shape: choice('required', 'optional'),
    about: '`required` refuses tokens that do not name a person.',
  },
  mission: { shape: mission, about: 'Whether the token must carry a mission, or one of this approver.' },
  class: { shape: agentClass, about: 'The agent providers whose agents may act.' },
  classPolicy: {
    shape: classPolicy,
    about: 'What happens with a token that does not name a provider.',
    preset: '`deny`',
  },
} as const

export const defaultRequirement: Members<GivenRequirement> = members('"require"', required)

export const routeShape: Members<GivenRoute> = members(
  'a route',
  {
    scope: { shape: either(scope, list(scope)), about: 'The scopes that the token must grant, all of them.' },
    accept: {
      shape: either(
        choice('auth-token', 'person-token', 'agent-token'),
        list(choice('auth-token', 'person-token', 'agent-token')),
      ),
      about: 'The kinds of token that are accepted.',
      preset: '`auth-token`',
    },
    ...required,
    optional: {
      shape: flag,
      about: 'Whether requests without a credential are passed on as well, as `anonymous`.',
      preset: '`false`',
    },
    trust: { shape: trust, about: 'Narrows `trust` on this route.' },
    account: {
      shape: text('account', /./, 'write the account'),
      about: 'The account that the route belongs to.',
    },
    components: {
      shape: list(text('component', /^@?[a-z0-9-]+$/, 'write the name of a component, in lower case'), {
        max: 32,
      }),
      about: 'What signatures must cover on this route, beside the components of the protocol.',
    },
    singleUse: {
      shape: flag,
      about: 'Whether a request is accepted only once, whatever its method.',
      preset: '`false`',
    },
    upstream: {
      shape: text('name of an upstream', /./, 'write a name of "upstreams"'),
      about: 'Where requests go. It can be left out where there is one upstream.',
    },
    name: {
      shape: text('text', /^.{1,128}$/, 'write 1 to 128 characters'),
      about: 'The name of the route in logs and metrics.',
      preset: 'the route as it is written',
    },
    cutPrefix: {
      shape: path,
      about: 'A prefix that is cut from the target before it goes on, such as `/api`.',
    },
    addPrefix: { shape: path, about: 'A prefix that is then put before the target.' },
    pass: {
      shape: list(choice('authorization', 'cookie')),
      about: 'Credentials of other kinds that go on to the upstream. Without it they are removed.',
    },
    passNames: {
      shape: list(fieldName),
      about: 'Names of header fields with other characters than letters, digits and `-` that go on.',
    },
    digest: {
      shape: choice('buffer', 'stream', 'upstream'),
      about:
        'Where a signed `Content-Digest` is compared: before the upstream is called, while the content streams, or in the upstream.',
      preset: '`buffer`',
    },
    maxContent: {
      shape: whole(1, 1_073_741_824),
      about: 'Octets of content that are read to compare a digest. More is 413.',
      preset: '1 048 576',
    },
    upgrade: { shape: flag, about: 'Whether WebSocket connections go on.', preset: '`false`' },
    encodedSlash: { shape: flag, about: 'Whether `%2f` and `%5c` may stand in the path.', preset: '`false`' },
  },
  managedHints,
)
