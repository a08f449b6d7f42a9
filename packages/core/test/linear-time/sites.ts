import type { IncomingMessage } from 'node:http'
import type { SignedRequest } from '@aauth-guard/core'
import { removeMissionHeader, signedRequest } from '@aauth-guard/core/node'
import { AAuthError } from '../../src/errors/aauth-error.ts'
import { fetchRequest } from '../../src/fetch/fetch-request.ts'
import { keptMetadata } from '../../src/keys/kept-metadata.ts'
import { readKeySet } from '../../src/keys/key-set.ts'
import { secondsOf } from '../../src/missions/date-time.ts'
import { asReason } from '../../src/resource/termination-reason.ts'
import { readJson } from '../../src/routes/read-json.ts'
import { signatureBase } from '../../src/signature/base.ts'
import { readContentDigest } from '../../src/signature/content-digest.ts'
import { requiredComponents } from '../../src/signature/coverage.ts'
import { selectSignature } from '../../src/signature/select-signature.ts'
import { audienceOf, scopesOf, text as textClaim } from '../../src/token/claim-values.ts'
import { furtherClaims } from '../../src/token/further-claims.ts'
import { isAccount, isAgentId, isS256, isServerId, providerOf } from '../../src/token/identifiers.ts'
import { parseJsonObject } from '../../src/token/json.ts'
import { checkPublicKey } from '../../src/token/public-key.ts'
import { decodeJws } from '../../src/token/untrusted-token.ts'
import { checkTransport } from '../../src/verify/transport.ts'
import { isAAuthCredential, namesAAuth } from '../../src/wire/authorization.ts'
import { decodeBase64url } from '../../src/wire/base64url.ts'
import { type InnerList, readDictionary } from '../../src/wire/dictionary.ts'
import { dictionaryCaps } from '../../src/wire/limits.ts'
import { readMissionHeader } from '../../src/wire/mission-header.ts'
import { quoted } from '../../src/wire/quoted.ts'
import { serializeInnerList } from '../../src/wire/serialize.ts'
import { readSignatureHeaders } from '../../src/wire/signature-headers.ts'
import { snapshot } from '../../src/wire/snapshot.ts'
import { splitTarget } from '../../src/wire/target.ts'
import { bareRequest, type Lines } from '../signature/bare-request.ts'
import type { Run } from './measure.ts'

/** A reader of foreign text, through the narrowest function that is exported. */
export interface Site {
  readonly name: string
  readonly run: Run
  /** What stands before and behind the text that is made up; default nothing. */
  readonly ends?: readonly (readonly [before: string, behind: string])[]
}

const settings = { authorities: ['notes.example'], strippedPrefix: '' }
const derived = {
  method: 'GET',
  authority: 'notes.example',
  target: { path: '/', query: '?' },
  rawTarget: '/',
  strippedPrefix: '',
}
// As many values as documents may have: more would time the collector of garbage.
const maxValues = 4096
const encoder = new TextEncoder()
const field = (name: string, value: string, others: Lines = {}): SignedRequest =>
  bareRequest({ lines: { ...others, [name]: value } })
const pieces = (text: string): string[] => text.match(/.{1,20}/gs) ?? []

const signed: Lines = {
  'signature-input': 's=("x");created=1',
  signature: 's=:AA==:',
  'signature-key': 's=jwt;jwt="t"',
}

/** Fields and targets of requests. */
export const requestSites: readonly Site[] = [
  {
    name: 'a covered field in one line',
    run: (text) => signatureBase(['x'], '', derived, field('x', text), []),
    ends: [
      ['', ''],
      ['a', 'b'],
    ],
  },
  {
    name: 'a covered field in many lines',
    run: (text) => signatureBase(['x'], '', derived, bareRequest({ lines: { x: pieces(text) } }), []),
  },
  {
    name: 'a request target',
    run: splitTarget,
    ends: [
      ['/', ''],
      ['/', '/..'],
      ['http://', '/'],
      ['http://a/', '\n'],
    ],
  },
  {
    name: 'a target beside the authorities',
    run: (text) => checkTransport(bareRequest({ target: text }), settings),
    ends: [
      ['http://a', '/'],
      ['/', ''],
    ],
  },
  { name: 'a method', run: (text) => checkTransport(bareRequest({ method: text }), settings) },
  {
    name: 'Host',
    run: (text) => checkTransport(field('host', text), settings),
    ends: [
      ['a', ':443'],
      ['[', ']:1'],
    ],
  },
  {
    name: 'Authorization',
    run: (text) => [namesAAuth(text), isAAuthCredential(text)],
    ends: [
      ['', ''],
      ['AAuth ', ' b'],
      ['AAuth a', '=!'],
    ],
  },
  {
    name: 'the choice of what must be covered',
    run: (text) => requiredComponents(bareRequest({ lines: { authorization: pieces(text) } }), [], true),
  },
  {
    name: 'a dictionary',
    run: (text) => readDictionary(text, dictionaryCaps),
    ends: [
      ['', ''],
      ['a="', '"'],
      ['a=', ''],
      ['a=(', ')'],
      ['a=:', ':'],
      ['a=%"', '"'],
      ['a;', ''],
    ],
  },
  {
    name: 'a dictionary of many members',
    run: (text) =>
      readDictionary(
        pieces(text)
          .map((_, index) => `m${index}=("a" "b";p);q=1`)
          .join(', '),
        dictionaryCaps,
      ),
  },
  {
    name: 'an inner list that is written again',
    run: (text) => serializeInnerList(readDictionary(text, dictionaryCaps).get('a') as InnerList),
    ends: [
      ['a=("', '")'],
      ['a=("\\"', '\\\\");p'],
      ['a=(:', ':)'],
      ['a=(%"', '")'],
      ['a=(', ' b)'],
    ],
  },
  { name: 'Signature-Input', run: (text) => readSignatureHeaders(field('signature-input', text, signed)) },
  { name: 'Signature', run: (text) => readSignatureHeaders(field('signature', text, signed)) },
  { name: 'Signature-Key', run: (text) => readSignatureHeaders(field('signature-key', text, signed)) },
  {
    name: 'a signature field in many lines',
    run: (text) => readSignatureHeaders(bareRequest({ lines: { ...signed, signature: pieces(text) } })),
  },
  {
    name: 'the components of a signature',
    run: (text) => selectSignature(field('signature-input', text, signed)),
    ends: [['s=("', '");created=1']],
  },
  {
    name: 'AAuth-Mission',
    run: (text) => readMissionHeader([text]),
    ends: [
      ['', ''],
      ['approver="', '";s256="a"'],
    ],
  },
  {
    name: 'Content-Digest',
    run: (text) => readContentDigest([text]),
    ends: [
      ['', ''],
      ['sha-256=:', ':'],
      ['a="', '"'],
      ['sha-256;', ''],
    ],
  },
  {
    name: 'a snapshot of many lines',
    run: (text) => snapshot(bareRequest({ lines: { x: pieces(text) } })).header('x'),
  },
  {
    name: 'header lines of Node',
    run: (text) => signedRequest(messageWith(pieces(text).flatMap((piece) => ['X', piece]))),
  },
  {
    name: 'AAuth-Mission in many lines of Node',
    run: (text) =>
      removeMissionHeader(messageWith(pieces(text).flatMap((piece) => ['AAuth-Mission', piece]))),
  },
  {
    name: 'a URL that a fetch host shows',
    run: (text) =>
      fetchRequest({
        url: text,
        method: 'GET',
        headers: new Headers({ host: 'a' }),
        body: null,
      } as unknown as Request),
    ends: [
      ['https://a', ''],
      ['https://a/', '#'],
    ],
  },
]

function messageWith(rawHeaders: string[]): IncomingMessage {
  return { rawHeaders, headers: {}, headersDistinct: {}, httpVersionMajor: 1 } as unknown as IncomingMessage
}

const documents = new Map<string, Record<string, string>>()

/** A document of many members, made once: making it takes longer than reading it. */
function documentOf(text: string): Record<string, string> {
  const made = documents.get(text)
  if (made !== undefined) return made
  const document = Object.fromEntries(pieces(text).map((piece, index) => [`m${index}`, piece]))
  documents.set(text, document)
  return document
}

/** Tokens, documents and bodies. */
export const documentSites: readonly Site[] = [
  { name: 'base64url', run: decodeBase64url },
  {
    name: 'JSON',
    run: (text) => parseJsonObject(encoder.encode(text), maxValues),
    ends: [
      ['', ''],
      ['{"a":', '}'],
      ['{"a":[', '1]}'],
      ['{"a":"', '"}'],
      ['{', '}'],
    ],
  },
  {
    name: 'JSON of many members',
    run: (text) =>
      parseJsonObject(
        encoder.encode(
          `{${pieces(text)
            .map((_, index) => `"m${index}":1`)
            .join()}}`,
        ),
        maxValues,
      ),
  },
  {
    name: 'a JSON body',
    run: (text) => readJson(field('content-type', 'application/json'), encoder.encode(text)),
  },
  {
    name: 'Content-Type of a body',
    run: (text) => readJson(field('content-type', text), encoder.encode('{}')),
    ends: [['application/json', '!']],
  },
  { name: 'a token', run: (text) => decodeJws(text, () => true) },
  {
    name: 'a server identifier',
    run: isServerId,
    ends: [
      ['https://', ''],
      ['https://a', '.example'],
    ],
  },
  {
    name: 'an agent identifier',
    run: isAgentId,
    ends: [
      ['aauth:', '@a.example'],
      ['aauth:a@', '.example'],
    ],
  },
  { name: 'the provider of an agent', run: providerOf },
  { name: 'a digest', run: isS256 },
  { name: 'an account', run: isAccount },
  { name: 'claim scope', run: (text) => scopesOf({ scope: text }) },
  { name: 'a claim that is text', run: (text) => textClaim({ sub: text }, 'sub', 1e9) },
  { name: 'claim aud', run: (text) => audienceOf({ aud: pieces(text) }) },
  { name: 'a further claim', run: (text) => furtherClaims({ groups: pieces(text) }, ['groups']) },
  {
    name: 'a public key',
    run: (text) => checkPublicKey({ kty: 'OKP', crv: 'Ed25519', alg: 'Ed25519', x: text }, false),
  },
  {
    name: 'a key set',
    run: (text) => readKeySet({ keys: pieces(text).map((kid) => ({ kid, x: kid })) }, undefined),
  },
  {
    name: 'a key of a set',
    run: (text) => readKeySet({ keys: [{ kid: 'a', x: text, more: pieces(text) }] }, undefined),
  },
  {
    name: 'metadata',
    run: (text) => keptMetadata(documentOf(text)),
  },
  { name: 'a list in metadata', run: (text) => keptMetadata({ list: pieces(text) }) },
  {
    name: 'a time',
    run: secondsOf,
    ends: [
      ['2026-01-01T00:00:00.', 'Z'],
      ['', ''],
    ],
  },
  { name: 'a reason', run: asReason },
  { name: 'a value that a hint shows', run: quoted },
  { name: 'a hint', run: (text) => new AAuthError('invalid_request', { hint: text }) },
]
