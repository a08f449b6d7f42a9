import { claims } from '../claim.ts'
import { base, planner } from '../identities.ts'
import { agentToken } from '../tokens.ts'
import { lines, target } from '../wire.ts'

/** What two readers could understand differently is refused before anything is read of it. */
export const transport = claims(
  'both',
  { route: { accept: 'agent-token' }, token: agentToken() },
  {
    accept: {
      'escapes-in-path': {
        title: 'A path is signed byte for byte, with any escapes',
        ids: 'SIG-15 E14 E20',
        send: { url: "https://notes.example/a%2Fb%2f%00%zz%E0%80//c;v=1/'~!$&*+,=:@|" },
        auth: planner,
      },
      'host-rewritten': {
        title: 'The authority comes from the configuration and not from Host',
        ids: 'SIG-14 E07',
        send: { hosts: ['10.0.0.7:3000'] },
        auth: planner,
      },
      'host-in-upper-case': {
        title: 'Host selects among the authorities of the resource, in any case, with or without 443',
        ids: 'SIG-14 A04',
        resource: { authorities: ['notes.example', 'api.notes.example'] },
        send: { url: 'https://api.notes.example/notes', hosts: ['API.Notes.example:443'] },
        auth: planner,
      },
      'authorization-with-credential': {
        title: 'An Authorization of the scheme AAuth in any case, with spaces and one token68, may be sent',
        ids: 'ACCESS-1 SIG-9 R11-193',
        send: { headers: { authorization: 'AAUTH  a-._~+/Z9==' } },
        auth: { ...planner, covered: [...base, 'authorization'] },
      },
      'absolute-form': {
        title: 'A target in absolute form is signed by its path',
        ids: 'SIG-15 E11',
        send: { wire: target(({ url }) => url) },
        auth: planner,
      },
    },
    refuse: {
      'two-hosts': {
        title: 'Two Host lines are refused',
        ids: 'A01',
        send: { hosts: ['notes.example', 'elsewhere.example'] },
        error: 'invalid_request',
      },
      'malformed-host': {
        title: 'Host must not have user information',
        ids: 'A03',
        send: { hosts: ['notes.example@elsewhere.example'] },
        error: 'invalid_request',
      },
      'two-content-types': {
        title: 'Two Content-Type lines are refused',
        ids: 'A06',
        send: { headers: { 'content-type': 'text/plain' }, wire: lines(['content-type', 'text/html']) },
        error: 'invalid_request',
      },
      'authorization-without-credential': {
        title: 'An Authorization of the scheme AAuth must contain a credential',
        ids: 'ACCESS-1 R11-193',
        send: { headers: { authorization: 'AAuth' } },
        error: 'invalid_request',
      },
      'authorization-with-two-credentials': {
        title: 'An Authorization of the scheme AAuth must contain one credential',
        ids: 'ACCESS-1 R11-193',
        send: { headers: { authorization: 'aauth a b' } },
        error: 'invalid_request',
      },
      'authorization-with-parameter': {
        title: 'An Authorization of the scheme AAuth must not have a parameter',
        ids: 'ACCESS-1 R11-193',
        send: { headers: { authorization: 'AAuth a=b' } },
        error: 'invalid_request',
      },
      'authorization-with-comma': {
        title: 'An Authorization of the scheme AAuth must not be a list',
        ids: 'ACCESS-1 R11-193',
        send: { headers: { authorization: 'AAuth a,b' } },
        error: 'invalid_request',
      },
      'authorization-with-tab': {
        title: 'An Authorization of the scheme AAuth must have spaces before its credential, and no tab',
        ids: 'ACCESS-1 R11-193',
        send: { headers: { authorization: 'AAuth\ta' } },
        error: 'invalid_request',
      },
      'two-authorizations': {
        title: 'Two Authorization lines are refused',
        ids: 'A06',
        send: { headers: { authorization: 'Bearer a' }, wire: lines(['authorization', 'Bearer b']) },
        error: 'invalid_request',
      },
      'dot-segment': {
        title: 'A path with a dot segment is refused, because routers treat it differently',
        ids: 'E13',
        send: { url: 'https://notes.example/public/../notes' },
        error: 'invalid_request',
      },
      'escaped-dot-segment': {
        title: 'An escaped dot segment is refused',
        ids: 'E13',
        send: { url: 'https://notes.example/public/%2E%2e/notes' },
        error: 'invalid_request',
      },
      'backslash-in-path': {
        title: 'A path must not have a backslash, which some parsers take for a slash',
        ids: 'E13',
        send: { url: 'https://notes.example/public\\notes' },
        error: 'invalid_request',
      },
      'fragment-in-target': {
        title: 'A request target must not have a fragment',
        ids: 'E20',
        send: { url: 'https://notes.example/notes#all' },
        error: 'invalid_request',
      },
      'target-of-another-authority': {
        title: 'A target in absolute form names an authority of the resource',
        ids: 'E11',
        send: { wire: target(() => 'https://elsewhere.example/notes') },
        error: 'invalid_request',
      },
    },
  },
)
