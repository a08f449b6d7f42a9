import type { SignedRequest } from '@aauth-guard/core'
import { otherS256 } from '@aauth-guard/fixtures/missions'
import { now } from '@aauth-guard/fixtures/world'
import type { SignedMessage, TestKey } from '@aauth-guard/testing'
import fc from 'fast-check'
import { signatureBase } from '../../src/signature/base.ts'
import { selectSignature } from '../../src/signature/select-signature.ts'
import { checkTransport } from '../../src/verify/transport.ts'

/** A request on its way, whose lines anybody may change. */
export interface Draft {
  readonly method: string
  readonly target: string
  readonly lines: Readonly<Record<string, readonly string[]>>
  readonly body: Uint8Array | undefined
}

/** What changes draw from. */
export interface Means {
  /** The key of the agent that signed, which signs a changed request anew. */
  readonly key: TestKey
  /** Tokens of all kinds: known, unknown, of other agents, of issuers that are not trusted. */
  readonly tokens: readonly string[]
}

/** A change by its name; `at` says where or which, `text` what is put there. */
export interface Change {
  readonly name: string
  readonly at: number
  readonly text: string
}

const fields = [
  'signature',
  'signature-input',
  'signature-key',
  'host',
  'authorization',
  'aauth-mission',
  'content-digest',
  'x-tenant',
] as const

export function draftOf({ method, target, headers, body }: SignedMessage): Draft {
  const lines: Record<string, string[]> = { host: ['notes.example'] }
  for (const [name, value] of headers) lines[name] = [...(lines[name] ?? []), value]
  return { method, target, lines, body: body ?? new Uint8Array() }
}

/** A request of its own each time, since a guard recognizes the object that it has accepted. */
export function requestOf({ method, target, lines, body }: Draft): SignedRequest {
  const header = (name: string): readonly string[] => (Object.hasOwn(lines, name) && lines[name]) || []
  return { method, target, header, body }
}

type Apply = (draft: Draft, at: number, text: string, means: Means) => Draft | Promise<Draft>
const pick = <T>(from: readonly T[], at: number): T => from[at % from.length] as T
const withLines = (draft: Draft, name: string, lines: readonly string[]): Draft => ({
  ...draft,
  lines: { ...draft.lines, [name]: lines },
})
/** Changes the text of a field that was sent as one line. */
const edit = (draft: Draft, name: string, change: (line: string) => string): Draft =>
  withLines(draft, name, (draft.lines[name] ?? []).map(change))
const splice = (text: string, at: number, removed: number, added: string): string => {
  const index = at % (text.length + 1)
  return text.slice(0, index) + added + text.slice(index + removed)
}

const inField =
  (change: (line: string, at: number, text: string) => string): Apply =>
  (draft, at, text) =>
    edit(draft, pick(fields, at), (line) => change(line, at >> 3, text))
const inInput =
  (change: (line: string, at: number, text: string) => string): Apply =>
  (draft, at, text) =>
    edit(draft, 'signature-input', (line) => change(line, at, text))
const inSignature =
  (change: (base64: string, at: number) => string): Apply =>
  (draft, at) =>
    edit(draft, 'signature', (line) =>
      line.replace(/:(.*):/s, (_, base64: string) => `:${change(base64, at)}:`),
    )
const inKey =
  (change: (line: string, at: number, means: Means) => string): Apply =>
  (draft, at, _, means) =>
    edit(draft, 'signature-key', (line) => change(line, at, means))
const inToken = (change: (token: string, at: number, means: Means) => string): Apply =>
  inKey((line, at, means) => line.replace(/"(.*)"/s, (_, token: string) => `"${change(token, at, means)}"`))

const params = [
  ';expires=1790000900',
  ';expires=1',
  ';nonce="n"',
  ';nonce=""',
  ';keyid="k"',
  ';alg="ed25519"',
  ';tag="t"',
  ';x',
]
const times = [
  '01790000000',
  '1790000000.0',
  '-1790000000',
  '"1790000000"',
  '',
  '0',
  '+1790000000',
  '1790000000 ',
  '999999999999999',
  '9999999999999999',
  String(now - 60),
  String(now - 61),
  String(now + 60),
  String(now + 61),
]
const components = [
  '"@query"',
  '"x-tenant"',
  '"x-none"',
  '"@method"',
  '"@path";req',
  '"@authority"',
  '"signature"',
  '"host"',
]
const octetsOf = (base64: string): Buffer => Buffer.from(base64, 'base64')
const created = /;created=([^;]*)/

const changes: Readonly<Record<string, Apply>> = {
  'replace a line': (draft, at, text) => edit(draft, pick(fields, at), () => text),
  'double a line': (draft, at) => {
    const name = pick(fields, at)
    const lines = draft.lines[name] ?? []
    return withLines(draft, name, [...lines, ...lines])
  },
  'split a line': (draft, at) => {
    const name = pick(fields, at)
    const [line = ''] = draft.lines[name] ?? []
    const index = (at >> 3) % (line.length + 1)
    return withLines(draft, name, [line.slice(0, index), line.slice(index)])
  },
  'add a line': (draft, at, text) => {
    const name = pick(fields, at)
    return withLines(draft, name, [...(draft.lines[name] ?? []), text])
  },
  'empty a line': inField(() => ''),
  'remove a line': (draft, at) => withLines(draft, pick(fields, at), []),
  'insert a text': inField((line, at, text) => splice(line, at, 0, text)),
  'replace a character': inField((line, at, text) => splice(line, at, 1, text.slice(0, 1))),
  'delete a character': inField((line, at) => splice(line, at, 1, '')),
  'begin with a space': inField((line) => ` ${line}`),
  'end with a space': inField((line) => `${line} `),
  'end with a text': inField((line, _, text) => line + text),
  'rename the label in one field': inField((line) => line.replace(/^[a-z]+=/, 'other=')),
  'rename the label': (draft) =>
    ['signature', 'signature-input', 'signature-key'].reduce(
      (changed, name) => edit(changed, name, (line) => line.replace(/^[a-z]+=/, 'other=')),
      draft,
    ),
  'add a member in front': inField((line, at) => pick(['a=1, ', 'a=:AAAA:, ', 'a=(), ', 'a, '], at) + line),
  'add a member behind': inField((line, at) => line + pick([', a=1', ', a=:AAAA:', ', sig=1', ',a'], at)),
  'add a parameter behind': inInput((line, at) => line + pick(params, at)),
  'add a parameter before the time': inInput((line, at) => line.replace(created, `${pick(params, at)}$&`)),
  'change the time': inInput((line, at) => line.replace(created, `;created=${pick(times, at)}`)),
  'add a component': inInput((line, at) => line.replace(')', ` ${pick(components, at)})`)),
  'add a component in front': inInput((line, at) => line.replace('(', `(${pick(components, at)} `)),
  'remove a component': inInput((line, at) => {
    const names = /\((.*)\)/.exec(line)?.[1]?.split(' ') ?? []
    return line.replace(/\(.*\)/, `(${names.filter((_, i) => i !== at % names.length).join(' ')})`)
  }),
  'turn the components round': inInput((line) =>
    line.replace(/\((.*)\)/, (_, names: string) => `(${names.split(' ').reverse().join(' ')})`),
  ),
  'parametrize a component': inInput((line) => line.replace('"@path"', '"@path";x')),
  'truncate the signature': inSignature((base64, at) => base64.slice(0, at % (base64.length + 1))),
  'pad the signature differently': inSignature(
    (base64, at) => base64.replace(/=*$/, '') + '='.repeat(pick([0, 1, 3, 4], at)),
  ),
  'put a character into the signature': inSignature((base64, at) =>
    splice(base64, at >> 3, 1, pick(['-', '_', ' ', '=', '\u0141', '\u{10041}', '\xff', ':'], at)),
  ),
  'write the signature in base64url': inSignature((base64) =>
    base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', ''),
  ),
  'change the number of octets': inSignature((base64, at) =>
    Buffer.concat([octetsOf(base64), Buffer.alloc(2)])
      .subarray(0, pick([63, 65, 66, 0, 1], at))
      .toString('base64'),
  ),
  'change an octet of the signature': inSignature((base64, at) => {
    const octets = octetsOf(base64)
    const index = at % Math.max(octets.length, 1)
    octets.set([(octets[index] ?? 0) ^ (1 << (at % 8))].slice(0, octets.length), index)
    return octets.toString('base64')
  }),
  'change the last bits of the signature': inSignature((base64) => base64.replace(/.==$/, 'B==')),
  'add a parameter to the key': inKey(
    (line, at) => line + pick([';x', ';jwt="t"', ';a="b"', ' ', ';x="'], at),
  ),
  'name another scheme': inKey((line, at) =>
    line.replace('jwt;', pick(['hwk;', 'jwks_uri;', 'JWT;', 'jwt ;'], at)),
  ),
  'escape in the key': inKey((line, at) => line.replace(/"$/, pick(['\\""', '\\"', '\\\\"', '"'], at))),
  'show another token': inToken((_, at, { tokens }) => pick(tokens, at)),
  'change a character of the token': inToken((token, at, _) =>
    splice(token, at, 1, pick(['A', 'B', '.', '-'], at)),
  ),
  'keep the name of the token in caches': inToken((token, at) => {
    const end = token.length - pick([86, 62], at)
    const index = at % 2 === 0 ? (at >> 1) % end : end + ((at >> 1) % 62)
    return splice(token, index, 1, token[index] === 'A' ? 'B' : 'A')
  }),
  'give the token the name of another': inToken((token, at, { tokens }) => {
    const other = pick(tokens, at)
    return token.slice(0, -86) + other.slice(-86, -62) + token.slice(-62)
  }),
  'send credentials of AAuth': (draft, at) =>
    withLines(draft, 'authorization', [
      pick(['AAuth abc', 'AAuth', 'aauth a b', 'Basic abc', 'AAuth abc, x'], at),
    ]),
  'send a mission': (draft, at) =>
    withLines(draft, 'aauth-mission', [
      pick(
        [
          `approver="https://ps.example"; s256="${otherS256}"`,
          'approver="https://other.example"; s256="x"',
          'malformed',
          '',
        ],
        at,
      ),
    ]),
  'change the target': (draft, at) => ({
    ...draft,
    target: pick(
      ['/notes', '/notes?page=2', '/notes?', '/other', 'https://notes.example/notes', '/a/../notes', '*', ''],
      at,
    ),
  }),
  'change the method': (draft, at) => ({
    ...draft,
    method: pick(['GET', 'POST', 'HEAD', 'PUT', 'get', ''], at),
  }),
  'change the host': (draft, at) =>
    withLines(draft, 'host', [pick(['notes.example:443', 'evil.example', '', 'a b', 'NOTES.example'], at)]),
  'change the content': (draft, at) => ({
    ...draft,
    body: pick([undefined, new Uint8Array(), Buffer.from('note'), Buffer.from('tone')], at),
  }),
  'sign anew': (draft, _, __, { key }) => signAnew(draft, key),
}

/** Signs what the changed fields say, if they say anything that can be signed. */
async function signAnew(draft: Draft, key: TestKey): Promise<Draft> {
  const request = requestOf(draft)
  let text: string
  try {
    const transport = checkTransport(request, { authorities: ['notes.example'], strippedPrefix: '' })
    const { components, params } = selectSignature(request)
    text = signatureBase(components, params, transport, request, []).join('')
  } catch {
    return draft
  }
  const octets = Buffer.from(await key.sign(new TextEncoder().encode(text)))
  return edit(draft, 'signature', (line) => line.replace(/:.*:/, `:${octets.toString('base64')}:`))
}

const text = fc.oneof(
  fc.string({ maxLength: 6 }),
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.constantFrom(', ', ';x', '"', ':', '=', '()', '\\', '\t', '\n', '\u0100'),
)
const one: fc.Arbitrary<Change> = fc.record({
  name: fc.constantFrom(...Object.keys(changes)),
  at: fc.nat(4095),
  text,
})
const signed: Change = { name: 'sign anew', at: 0, text: '' }

/** None, one, or a few changes, of which the last ones may be signed. */
export const hostile: fc.Arbitrary<readonly Change[]> = fc.oneof(
  { weight: 4, arbitrary: fc.constant([]) },
  { weight: 5, arbitrary: one.map((change) => [change]) },
  { weight: 5, arbitrary: one.map((change) => [change, signed]) },
  { weight: 2, arbitrary: fc.array(one, { minLength: 2, maxLength: 4 }) },
  { weight: 2, arbitrary: fc.tuple(one, one).map(([change, later]) => [change, signed, later]) },
)

export async function applyChanges(draft: Draft, list: readonly Change[], means: Means): Promise<Draft> {
  let changed = draft
  for (const { name, at, text: added } of list)
    changed = await (changes[name] as Apply)(changed, at, added, means)
  return changed
}
