import { claims } from '../claim.ts'
import { planner } from '../identities.ts'
import { now } from '../scene.ts'
import { agentToken } from '../tokens.ts'

/** The parameters of a signature: its times on both sides of every boundary, and what has no meaning. */
export const freshness = claims(
  'both',
  { route: { accept: 'agent-token' }, token: agentToken() },
  {
    accept: {
      'oldest-signature': {
        title: 'A signature made one window ago is fresh',
        ids: 'SIG-18 R11-093 C03',
        send: { created: now - 60 },
        auth: planner,
      },
      'earliest-signature': {
        title: 'A signature made one window ahead is fresh',
        ids: 'SIG-19 R11-094 C03',
        send: { created: now + 60 },
        auth: planner,
      },
      'wider-window': {
        title: 'The window is that of the resource',
        ids: 'SIG-18',
        resource: { signatureWindow: 120 },
        send: { created: now - 120 },
        auth: planner,
      },
      'expires-next-second': {
        title: 'A signature is valid until the second before it expires',
        ids: 'SIG-20 R11-095',
        send: { params: { expires: now + 1 } },
        auth: planner,
      },
      'alg-parameter': {
        title: 'The parameter alg is signed and has no other effect',
        ids: 'SIG-21 R11-096 C07',
        send: { params: { alg: 'rsa-v1_5-sha256' } },
        auth: planner,
      },
      'keyid-parameter': {
        title: 'The parameter keyid is signed and has no other effect',
        ids: 'SIG-22 R11-097',
        send: { params: { keyid: 'another key' } },
        auth: planner,
      },
      'nonce-and-tag': {
        title: 'The parameters nonce and tag, and unknown ones, are signed',
        ids: 'SIG-23 C09',
        send: { params: { nonce: 'a "b" \\c', tag: 'web-bot-auth', x: true } },
        auth: planner,
      },
    },
    refuse: {
      'stale-signature': {
        title: 'A signature older than the window is stale',
        ids: 'SIG-18 R11-093 C03',
        send: { created: now - 61 },
        error: 'invalid_signature',
      },
      'signature-from-the-future': {
        title: 'A signature further ahead than the window is refused as clock_skew',
        ids: 'SIG-19 R11-094 C03',
        send: { created: now + 61 },
        error: 'clock_skew',
      },
      'narrower-window': {
        title: 'A narrower signature window is enforced',
        ids: 'SIG-18',
        resource: { signatureWindow: 10 },
        send: { created: now - 11 },
        error: 'invalid_signature',
      },
      'no-created': {
        title: 'A signature must have created',
        ids: 'SIG-17 R11-092 C01',
        send: { mistake: 'no-created' },
        error: 'invalid_signature',
      },
      'created-as-string': {
        title: 'created must be an integer and not a string',
        ids: 'SIG-17 R11-092 C02',
        send: { mistake: 'string-created' },
        error: 'invalid_signature',
      },
      'created-as-decimal': {
        title: 'created must be an integer and not a decimal',
        ids: 'SIG-17 R11-092 C02',
        send: { mistake: 'decimal-created' },
        error: 'invalid_signature',
      },
      'signature-expires-now': {
        title: 'A signature whose expires is reached has expired',
        ids: 'SIG-20 R11-095 C05',
        send: { params: { expires: now } },
        error: 'invalid_signature',
      },
      'expires-before-created': {
        title: 'A signature must not expire before it was created',
        ids: 'SIG-20 C06',
        send: { mistake: 'expires-before-created' },
        error: 'invalid_signature',
      },
    },
  },
)
