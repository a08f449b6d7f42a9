import { gzipSync } from 'node:zlib'
import type { Sent, Suite } from './case.ts'
import { post } from './post.ts'

const json = (more: Sent = {}): Sent => post('/body/json', 'application/json', '{"text":"milk"}', more)
const gzipped = (target: string, type: string, text: string, more: Sent = {}): Sent => ({
  ...post(target, type, new Uint8Array(gzipSync(text)), more),
  headers: { 'content-type': type, 'content-encoding': 'gzip' },
})
const write = { scope: 'notes.write' }
const note = (more: Sent = {}): Sent =>
  post('/notes', 'application/json', '{"text":"milk"}', { grant: write, ...more })

export const content: Suite = {
  about: 'content',
  cases: [
    [
      'a stream reaches the handler as it was sent',
      post('/body/stream', 'application/octet-stream', 'x'.repeat(100_000)),
      '200 person-1 streamed 100000 octets',
    ],
    [
      'a stream in chunks reaches the handler as it was sent',
      post('/body/stream', 'application/octet-stream', 'x'.repeat(1000), { wire: { framing: 'chunks' } }),
      '200 person-1 streamed 1000 octets',
    ],
    [
      'a stream with a covered digest can be read by the handler [SIG-12]',
      post('/body/stream', 'application/octet-stream', 'x'.repeat(100_000), { digest: true }),
      '200 person-1 streamed 100000 octets',
    ],
    [
      'a stream that was changed on the way is refused [SIG-12, N01]',
      post('/body/stream', 'application/octet-stream', 'x'.repeat(1000), {
        digest: true,
        wire: { body: 'y'.repeat(1000) },
      }),
      '401 invalid_signature',
    ],
    [
      'content that is not read does not block the connection',
      post('/body/unread', 'text/plain', 'milk'),
      '200 person-1',
    ],
    [
      'content that no handler reads is still compared [N03]',
      post('/body/unread', 'text/plain', 'milk', { digest: true }),
      '200 person-1',
    ],
    [
      'changed content that no handler reads is refused [N03]',
      post('/body/unread', 'text/plain', 'milk', { digest: true, wire: { body: 'wine' } }),
      '401 invalid_signature',
    ],
    [
      'changed content without coverage is accepted, and the handler sees the covered components [E16]',
      json({ wire: { body: '{"text":"wine"}' } }),
      '200 person-1 sent {"text":"wine"}',
    ],
    [
      'an empty content with its digest is accepted [N08]',
      { method: 'POST', target: '/body/unread', digest: true },
      '200 person-1',
    ],
    [
      'an empty content with the digest of other content is refused [N08]',
      post('/body/unread', 'text/plain', 'milk', { digest: true, wire: { body: '', framing: 'length' } }),
      '401 invalid_signature',
    ],
    [
      'chunked content without octets is accepted with the digest of an empty content [N08]',
      { method: 'POST', target: '/body/unread', digest: true, wire: { framing: 'chunks' } },
      '200 person-1',
    ],
    [
      'a route that requires the digest accepts content with it [SIG-8, R11-104]',
      note({ digest: true }),
      '200 person-1 may notes.write sent {"text":"milk"}',
    ],
    ['a route that requires the digest refuses content without it [SIG-8, N02]', note(), '401 invalid_input'],
    [
      'a digest that is sent and not covered does not count [N02]',
      { ...note(), headers: { 'content-type': 'application/json', 'content-digest': 'sha-256=:AAAA:' } },
      '401 invalid_input',
    ],
    [
      'Repr-Digest is not a Content-Digest [N05]',
      {
        ...note({ cover: ['repr-digest', 'content-type'] }),
        headers: { 'content-type': 'application/json', 'repr-digest': 'sha-256=:AAAA:' },
      },
      '401 invalid_input',
    ],
    [
      'a covered digest of an unknown algorithm is refused [N04]',
      {
        ...json({ cover: ['content-digest'] }),
        headers: { 'content-type': 'application/json', 'content-digest': 'md5=:AAAA:' },
      },
      '401 invalid_signature',
    ],
    [
      'a covered digest that is not a dictionary is refused [N04]',
      {
        ...json({ cover: ['content-digest'] }),
        headers: { 'content-type': 'application/json', 'content-digest': '?' },
      },
      '401 invalid_signature',
    ],
    [
      'compressed JSON reaches the handler',
      gzipped('/body/json', 'application/json', '{"text":"milk"}'),
      '200 person-1 sent {"text":"milk"}',
    ],
    [
      'the digest of compressed JSON is that of the compressed content [N06]',
      gzipped('/body/json', 'application/json', '{"text":"milk"}', { digest: true }),
      '200 person-1 sent {"text":"milk"}',
    ],
    [
      'a content type that was changed under a covered digest is refused [E25]',
      json({
        digest: true,
        wire: { lines: (all) => all.map((line) => line.replace('application/json', 'text/plain')) },
      }),
      '401 invalid_signature',
    ],
    [
      'content over the limit of the comparison is refused [N09]',
      post('/body/text', 'text/plain', 'x'.repeat(1_048_577), { digest: true }),
      '413 content_too_large',
    ],
    [
      'content that is compared and refused is read off the connection',
      [json({ digest: true, wire: { body: '{"text":"wine"}', last: false } }), {}],
      '401 invalid_signature | 200 person-1',
    ],
    [
      'content of an unauthenticated client is read off the connection',
      [json({ token: 'none' }), {}],
      '401 invalid_signature | 200 person-1',
    ],
    [
      'content that no handler read is read off the connection',
      [post('/body/unread', 'text/plain', 'milk'), {}],
      '200 person-1 | 200 person-1',
    ],
    [
      'two guards compare content once',
      post('/twice', 'text/plain', 'milk', { digest: true }),
      '200 person-1',
    ],
    [
      'a parser before the guard may read content that is not covered',
      post('/late', 'application/json', '{"text":"milk"}'),
      '200 person-1 sent {"text":"milk"}',
    ],
    [
      'a parser before the guard keeps the content for the comparison [N07]',
      post('/late', 'application/json', '{"text":"milk"}', { digest: true }),
      '200 person-1 sent {"text":"milk"}',
    ],
    [
      'a parser before the guard does not hide a change [N07]',
      post('/late', 'application/json', '{"text":"milk"}', {
        digest: true,
        wire: { body: '{"text":"wine"}' },
      }),
      '401 invalid_signature',
    ],
    [
      'content that was read before the guard and not kept is refused if its digest is covered [N07]',
      post('/consumed', 'application/json', '{"text":"milk"}', { digest: true }),
      '503 server_error',
    ],
    [
      'content that was read before the guard and not kept is accepted if its digest is not covered',
      post('/consumed', 'application/json', '{"text":"milk"}'),
      '200 person-1',
    ],
    ['GET with content is served', { body: 'milk' }, '200 person-1'],
    ['GET with content and its digest is served', { body: 'milk', digest: true }, '200 person-1'],
  ],
}
