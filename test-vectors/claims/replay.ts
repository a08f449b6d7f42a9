import { claims, type Sending } from '../claim.ts'
import { planner } from '../identities.ts'
import { now } from '../scene.ts'
import { agentToken } from '../tokens.ts'

const post: Sending = { method: 'POST' }

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
        send: { ...post, created: now + 1 },
        before: [{ accepted: post }],
        auth: planner,
      },
      'replay-off': {
        title: 'A resource may let the same signature through again',
        ids: 'REPLAY-1',
        resource: { replay: 'off' },
        send: post,
        before: [{ accepted: post }],
        auth: planner,
      },
    },
    refuse: {
      'post-repeated': {
        title: 'A signed POST is good once',
        ids: 'REPLAY-1 REPLAY-3 R11-107 J02',
        send: post,
        before: [{ accepted: post }],
        error: 'invalid_signature',
      },
      'post-repeated-with-another-header': {
        title: 'A field the signature does not cover makes no new request',
        ids: 'REPLAY-3 J04',
        send: { ...post, headers: { 'x-note': 'again' } },
        before: [{ accepted: post }],
        error: 'invalid_signature',
      },
      'post-repeated-late': {
        title: 'A signature is remembered as long as it is fresh, from one end of the window to the other',
        ids: 'REPLAY-2',
        token: agentToken({ claims: { iat: now - 600 } }),
        send: { ...post, created: now - 59 },
        before: [{ accepted: { ...post, created: now - 59 }, at: now - 119 }],
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
        title: 'A key that has used up its share of the memory waits',
        ids: 'J06',
        resource: { limits: { replaysPerKey: 1 } },
        send: { ...post, created: now + 1 },
        before: [{ accepted: post }],
        error: 'rate_limited',
      },
    },
  },
)
