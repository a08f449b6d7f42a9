import { createHash } from 'node:crypto'
import { claims, type Sending } from '../claim.ts'
import { base, planner } from '../identities.ts'
import { agentToken } from '../tokens.ts'
import { body } from '../wire.ts'

const note = '{"text":"buy milk"}'
const digest = (algorithm: string, text = note): string =>
  `:${createHash(algorithm).update(text).digest('base64')}:`
const post: Sending = { method: 'POST', headers: { 'content-type': 'application/json' }, body: note }
const covering = (value: string): Sending => ({
  ...post,
  headers: { 'content-digest': value },
  cover: ['content-digest'],
})
const digested = { ...planner, covered: [...base, 'content-digest', 'content-type'] }

/** A signature binds the body through a digest, and only then. */
export const content = claims(
  'both',
  { route: { accept: 'agent-token' }, token: agentToken() },
  {
    accept: {
      'covered-digest': {
        title: 'A covered digest that matches the body is accepted',
        ids: 'SIG-12 R11-104',
        route: { accept: 'agent-token', components: ['content-digest', 'content-type'] },
        send: { ...post, digest: true },
        auth: digested,
      },
      'covered-digest-streamed': {
        title: 'A covered digest that matches a streamed body is accepted',
        ids: 'SIG-12 R11-104 N03',
        send: { ...post, digest: true, streamed: true },
        auth: digested,
      },
      'sha-512-digest': {
        title: 'A digest may be SHA-512',
        ids: 'SIG-12',
        send: covering(`sha-512=${digest('sha512')}`),
        auth: { ...planner, covered: [...base, 'content-digest'] },
      },
      'unknown-digest-beside': {
        title: 'An unknown digest algorithm beside a known one is ignored',
        ids: 'R11-104 N04',
        send: covering(`md5=${digest('md5', 'another')}, sha-256=${digest('sha256')}`),
        auth: { ...planner, covered: [...base, 'content-digest'] },
      },
      'no-body-to-digest': {
        title: 'A request without a body need not cover a required digest',
        ids: 'SIG-8',
        route: { accept: 'agent-token', components: ['content-digest'] },
        auth: planner,
      },
      'digest-not-demanded': {
        title: 'A body without a covered digest may change when no digest is required',
        ids: 'SIG-12',
        send: { ...post, wire: body('{"text":"buy beer"}') },
        auth: planner,
      },
    },
    refuse: {
      'changed-body': {
        title: 'A body that does not match the covered digest is refused',
        ids: 'SIG-12 R11-104 N01',
        send: { ...post, digest: true, wire: body('{"text":"buy beer"}') },
        error: 'invalid_signature',
        mayFetch: true,
      },
      'changed-body-streamed': {
        title: 'A streamed body that does not match the covered digest is refused',
        ids: 'SIG-12 R11-104 N01 N03',
        send: { ...post, digest: true, streamed: true, wire: body('{"text":"buy beer"}') },
        error: 'invalid_signature',
        mayFetch: true,
      },
      'one-wrong-digest': {
        title: 'Every known digest must match the body',
        ids: 'R11-104 N04',
        send: covering(`sha-256=${digest('sha256')}, sha-512=${digest('sha512', 'another')}`),
        error: 'invalid_signature',
        mayFetch: true,
      },
      'unknown-digest-only': {
        title: 'A covered digest with only an unknown algorithm is refused',
        ids: 'R11-104 N04',
        send: covering(`md5=${digest('md5')}`),
        error: 'invalid_signature',
        mayFetch: true,
      },
      'body-too-large': {
        title: 'A body over 1 MiB is not read for its digest',
        ids: 'N09',
        send: { method: 'POST', body: { octet: 'x', times: 1_048_577 }, digest: true, streamed: true },
        error: 'content_too_large',
        mayFetch: true,
      },
    },
  },
)
