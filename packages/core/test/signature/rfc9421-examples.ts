import { missing, readCorpus } from '@aauth-guard/fixtures/corpus'
import type { PublicJwk } from '../../src/platform/platform.ts'
import { signatureBase } from '../../src/signature/base.ts'
import { checkCoverage } from '../../src/signature/coverage.ts'
import { selectSignature } from '../../src/signature/select-signature.ts'
import type { SignedRequest } from '../../src/wire/signed-request.ts'
import { splitTarget, type Target } from '../../src/wire/target.ts'

export interface Message {
  readonly startLine: string
  readonly headers: readonly (readonly [name: string, value: string])[]
}

/** `Signature-Input` and `Signature` as they are sent. */
export interface Signed {
  readonly signatureInput: string
  readonly signature: string
}

interface AppendixB {
  readonly keys: Readonly<Record<string, PublicJwk & { readonly y?: string }>>
  readonly messages: Readonly<Record<string, Message>>
  readonly cases: readonly (Signed & {
    readonly section: string
    readonly base: string
    readonly message?: string
    readonly keyid: string
  })[]
}

interface Transformations extends Signed {
  readonly keyid: string
  readonly cases: readonly (Message & {
    readonly name: string
    readonly valid: boolean
    readonly base: string
  })[]
}

interface ComponentValues {
  readonly cases: readonly {
    readonly section: string
    readonly startLine?: string
    readonly headers: Message['headers']
    readonly lines: readonly string[]
  }[]
}

/** Why the examples are missing, if they are; they are empty then. */
export const noExamples = missing('rfc9421')

const read = <T>(file: string, none: T): T =>
  noExamples === undefined ? readCorpus<T>('rfc9421', file) : none

export const { keys, messages, cases } = read<AppendixB>('appendix-b.json', {
  keys: {},
  messages: {},
  cases: [],
})
export const transformations = read<Transformations>('appendix-b4-transformations.json', {
  keyid: '',
  signatureInput: '',
  signature: '',
  cases: [],
})
export const componentValues = read<ComponentValues>('component-values.json', { cases: [] }).cases
export const section24 = read<{ base: string; signature: string }>('section-2.4.json', {
  base: '',
  signature: '',
})

/** The message as a request, with a suitable `Signature-Key`. */
export function toRequest({ startLine, headers }: Message, signed: Signed): SignedRequest {
  const [method = '', target = ''] = startLine.split(' ')
  const label = signed.signatureInput.slice(0, signed.signatureInput.indexOf('='))
  const all: Message['headers'] = [
    ...headers,
    ['signature-input', signed.signatureInput],
    ['signature', signed.signature],
    ['signature-key', `${label}=jwt;jwt="t"`],
  ]
  const header = (name: string) => all.filter(([key]) => key.toLowerCase() === name).map(([, value]) => value)
  return { method, target, header }
}

/** The base of the request, built by the same steps as in `authorize`. */
export function baseOf(message: Message, signed: Signed): string {
  const request = toRequest(message, signed)
  const { components, unsupported, params } = selectSignature(request)
  const [authority = ''] = request.header('host')
  checkCoverage(components, [], unsupported)
  const { method, target: rawTarget } = request
  const target = splitTarget(rawTarget) ?? noTarget
  const derived = { method, authority, target, rawTarget, strippedPrefix: '' }
  return signatureBase(components, params, derived, request, []).join('')
}

// Examples with other forms of target do not cover anything that depends on it.
const noTarget: Target = { path: '', query: '' }
