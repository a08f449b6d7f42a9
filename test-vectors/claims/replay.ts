import { claims, type Sending } from '../claim.ts'
import { planner } from '../identities.ts'
import { now } from '../scene.ts'
import { agentToken } from '../tokens.ts'

const post: Sending = { method: 'POST' }
const nonced: Sending = { ...post, params: { nonce: 'n-1' } }
const digested: Sending = {
  ...post,
  body: '{"text":"milk"}',
  headers: { 'content-type': 'application/json' },
  digest: true,
}
const base = ['@method', '@authority', '@path', 'signature-key']

/** A signature that was used before. */
export const replay = claims(
  'both',
  { route: { accept: 'agent-token' }, token: agentToken() },
  {
    accept: {
      'get-repeated': {
        title: 'A signed GET may be sent again',
        ids: 'REPLAY-3 J01',
        before: [{ accepted: {} }],
        auth: planner,
      },
      'post-signed-anew': {
        title: 'A POST that is signed anew is another request',
        ids: 'REPLAY-3 J05',
        send: { ...nonced, created: now + 1 },
        before: [{ accepted: nonced }],
        auth: planner,
      },
      'post-with-another-nonce': {
        title: 'Two POSTs within one second are accepted with different nonces',
        ids: 'REPLAY-3 J05',
        send: { ...post, params: { nonce: 'n-2' } },
        before: [{ accepted: nonced }],
        auth: planner,
      },
      'post-repeated-without-nonce': {
        title: 'Two equal POSTs within one second are accepted without a nonce or digest',
        ids: 'REPLAY-3',
        send: post,
        before: [{ accepted: post }],
        auth: planner,
      },
      'replay-off': {
        title: 'A resource may accept the same signature again',
        ids: 'REPLAY-1',
        resource: { replay: 'off' },
        send: nonced,
        before: [{ accepted: nonced }],
        auth: planner,
      },
      'single-use-with-nonce': {
        title: 'A route that accepts each request once accepts one with a nonce',
        ids: 'REPLAY-1',
        route: { accept: 'agent-token', singleUse: true },
        send: nonced,
        auth: planner,
      },
      'single-use-with-digest': {
        title: 'A route that accepts each request once accepts one with a covered digest',
        ids: 'REPLAY-1',
        route: { accept: 'agent-token', singleUse: true },
        send: digested,
        auth: { ...planner, covered: [...base, 'content-digest', 'content-type'] },
      },
    },
    refuse: {
      'post-repeated': {
        title: 'A signed POST with a nonce is accepted once',
        ids: 'REPLAY-1 REPLAY-3 R11-107 J02',
        send: nonced,
        before: [{ accepted: nonced }],
        error: 'invalid_signature',
      },
      'post-with-digest-repeated': {
        title: 'A signed POST with a covered digest is accepted once',
        ids: 'REPLAY-1 REPLAY-3 J02',
        send: digested,
        before: [{ accepted: digested }],
        error: 'invalid_signature',
      },
      'post-repeated-where-unsafe-count': {
        title: 'A resource may refuse every unsafe signature the second time',
        ids: 'REPLAY-1 J02',
        resource: { replay: 'unsafe' },
        send: post,
        before: [{ accepted: post }],
        error: 'invalid_signature',
      },
      'single-use-repeated': {
        title: 'A route may accept each request once, whatever the method and the resource say',
        ids: 'REPLAY-1',
        resource: { replay: 'off' },
        route: { accept: 'agent-token', singleUse: true },
        send: { params: { nonce: 'n-1' } },
        before: [{ accepted: { params: { nonce: 'n-1' } } }],
        error: 'invalid_signature',
      },
      'single-use-without-nonce-and-digest': {
        title: 'A route that accepts each request once requires a nonce or a covered digest',
        ids: 'SIG-10',
        route: { accept: 'agent-token', singleUse: true },
        send: post,
        error: 'invalid_input',
        requiredInput: [...base, 'content-digest'],
      },
      'single-use-with-empty-nonce': {
        title: 'An empty nonce does not make a request unique',
        ids: 'SIG-10',
        route: { accept: 'agent-token', singleUse: true },
        send: { ...post, params: { nonce: '' } },
        error: 'invalid_input',
        requiredInput: [...base, 'content-digest'],
      },
      'post-repeated-with-another-header': {
        title: 'An uncovered field does not make a replay a new request',
        ids: 'REPLAY-3 J04',
        send: { ...nonced, headers: { 'x-note': 'again' } },
        before: [{ accepted: nonced }],
        error: 'invalid_signature',
      },
      'post-repeated-late': {
        title: 'A signature is remembered as long as it is fresh, over the whole window',
        ids: 'REPLAY-2',
        token: agentToken({ claims: { iat: now - 600 } }),
        send: { ...nonced, created: now - 59 },
        before: [{ accepted: { ...nonced, created: now - 59 }, at: now - 119 }],
        error: 'invalid_signature',
      },
      'get-repeated-where-all-count': {
        title: 'A resource may refuse every signature the second time',
        ids: 'REPLAY-1',
        resource: { replay: 'all' },
        before: [{ accepted: {} }],
        error: 'invalid_signature',
      },
      'too-many-signatures': {
        title: 'A key that has used up its share of the replay memory is answered 429',
        ids: 'J06',
        resource: { limits: { replaysPerKey: 1 } },
        send: { ...nonced, created: now + 1 },
        before: [{ accepted: nonced }],
        error: 'rate_limited',
      },
    },
  },
)
