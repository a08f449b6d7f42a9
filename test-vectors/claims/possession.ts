import { claims } from '../claim.ts'
import { base, planner } from '../identities.ts'
import { now } from '../scene.ts'
import { agentToken } from '../tokens.ts'
import { field, target } from '../wire.ts'
import { p256Agent } from './confirmed-key.ts'

const derOf = (value: string): string => {
  const raw = Buffer.from(/=:(.*):/.exec(value)?.[1] ?? '', 'base64')
  const integer = (bytes: Buffer): Buffer => {
    const padded = (bytes[0] as number) > 0x7f ? Buffer.concat([Buffer.of(0), bytes]) : bytes
    return Buffer.concat([Buffer.of(2, padded.length), padded])
  }
  const both = Buffer.concat([integer(raw.subarray(0, 32)), integer(raw.subarray(32))])
  return `sig=:${Buffer.concat([Buffer.of(0x30, both.length), both]).toString('base64')}:`
}

/** The signature is made with the key of the token, over this very request. */
export const possession = claims(
  'both',
  { route: { accept: 'agent-token' }, token: agentToken() },
  {
    accept: {
      'es256-agent-covers-query': {
        title: 'An ES256 signature is r and s of the raw signature base',
        ids: 'SIG-24 R11-102',
        agent: p256Agent,
        send: { url: 'https://notes.example/notes?page=1', cover: ['@query'], created: now + 1 },
        auth: { ...planner, covered: [...base, '@query'] },
      },
    },
    refuse: {
      'stolen-token': {
        title: 'A token signed for by another key is refused',
        ids: 'SIG-24 R11-102 KEY-14',
        send: { mistake: 'wrong-key' },
        error: 'invalid_signature',
      },
      'changed-signature': {
        title: 'A signature with one bit changed does not verify',
        ids: 'SIG-24 R11-102',
        send: { mistake: 'flip-signature' },
        error: 'invalid_signature',
      },
      'changed-method': {
        title: 'A signature over GET is refused for DELETE',
        ids: 'R11-102 E05',
        send: { mistake: 'other-method' },
        error: 'invalid_signature',
      },
      'changed-path': {
        title: 'A signature over one path is refused for another',
        ids: 'R11-102 E15',
        send: { mistake: 'other-path' },
        error: 'invalid_signature',
      },
      'decoded-path': {
        title: 'A path is signed as it was sent, and its escapes stay escapes',
        ids: 'SIG-15 E15',
        send: { url: 'https://notes.example/a%2Fb', wire: target(() => '/a/b') },
        error: 'invalid_signature',
      },
      'changed-query': {
        title: 'A covered query must be unchanged',
        ids: 'R11-102',
        send: {
          url: 'https://notes.example/notes?page=1',
          cover: ['@query'],
          wire: target(() => '/notes?page=2'),
        },
        error: 'invalid_signature',
      },
      'changed-field': {
        title: 'A covered field must be unchanged',
        ids: 'R11-102',
        send: { headers: { 'x-note': 'one' }, cover: ['x-note'], wire: field('x-note', () => 'two') },
        error: 'invalid_signature',
      },
      'changed-parameters': {
        title: 'The parameters of a signature are signed in their order',
        ids: 'C10',
        send: {
          params: { tag: 'a' },
          wire: field('signature-input', (value) => value.replace(/(;created=\d+)(;tag="a")/, '$2$1')),
        },
        error: 'invalid_signature',
      },
      'signed-for-another-host': {
        title: 'A signature for another host is refused, whatever Host is',
        ids: 'SIG-14 R11-103 E10',
        send: { url: 'https://elsewhere.example/notes' },
        error: 'invalid_signature',
      },
      'der-signature': {
        title: 'An ES256 signature must not be DER',
        ids: 'SIG-24 H05 B11',
        agent: p256Agent,
        send: { wire: field('signature', derOf) },
        error: 'invalid_signature',
      },
    },
  },
)
