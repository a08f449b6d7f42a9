import { Token } from 'structured-headers'
import { makeKey } from './keys.ts'
import type { Component, Draft, SignedMessage } from './sign.ts'

/** What goes wrong, and when. */
export interface Mistake {
  /** Changes what is signed. */
  readonly draft?: (draft: Draft, now: number) => Draft | Promise<Draft>
  /** Changes what was signed, on its way. */
  readonly wire?: (message: SignedMessage) => SignedMessage
}

type Line = readonly [name: string, value: string]

const omit = (name: string): Mistake => ({
  draft: (draft) => ({
    ...draft,
    components: draft.components.filter((component) => component.name !== name),
  }),
})
const cover = (component: Component): Mistake => ({
  draft: (draft) => ({
    ...draft,
    components: [...draft.components.filter(({ name }) => name !== component.name), component],
  }),
})
const params = (change: (now: number) => Draft['params']): Mistake => ({
  draft: (draft, now) => ({ ...draft, params: { ...draft.params, ...change(now) } }),
})
const lines = (change: (lines: readonly Line[]) => readonly Line[]): Mistake => ({
  wire: (message) => ({ ...message, headers: change(message.headers) }),
})
const field = (name: string, change: (value: string) => string): Mistake =>
  lines((all) => all.map(([key, value]) => (key === name ? [key, change(value)] : [key, value])))
const drop = (name: string): Mistake => lines((all) => all.filter(([key]) => key !== name))
/** Sends a field, unless it is there already, and does not cover it. */
const uncovered = (name: string, value: string): Mistake => ({
  draft: ({ headers, components, ...draft }) => ({
    ...draft,
    headers: headers.some(([key]) => key === name) ? headers : [...headers, [name, value]],
    components: components.filter((component) => component.name !== name),
  }),
})
const scheme = (name: string, schemeParams: Draft['schemeParams']): Mistake => ({
  draft: (draft) => ({ ...draft, scheme: name, schemeParams }),
})
const path = (target: string): string => (target.includes('?') ? target.replace('?', '/x?') : `${target}x`)

/** A way for an agent to sign wrongly. */
export type AgentMistake =
  | 'wrong-key'
  | 'stale'
  | 'future'
  | 'no-created'
  | 'string-created'
  | 'decimal-created'
  | 'expired'
  | 'expires-before-created'
  | 'omit-method'
  | 'omit-authority'
  | 'omit-path'
  | 'omit-signature-key'
  | 'nothing-covered'
  | 'duplicate-component'
  | 'component-parameter'
  | 'key-parameter'
  | 'absent-component'
  | 'unknown-derived-component'
  | 'label-mismatch'
  | 'duplicate-label'
  | 'duplicate-parameter'
  | 'two-jwt-labels'
  | 'flip-signature'
  | 'short-signature'
  | 'base64url-signature'
  | 'signature-as-token'
  | 'no-signature'
  | 'no-signature-input'
  | 'no-signature-key'
  | 'empty-signature'
  | 'other-path'
  | 'other-method'
  | 'other-authority'
  | 'unknown-scheme'
  | 'hwk-scheme'
  | 'cached-scheme'
  | 'no-token'
  | 'token-as-sf-token'
  | 'uncovered-mission'
  | 'uncovered-authorization'

/** Every way an agent can sign wrongly, by name: nothing else is wrong with such a request than what the name says. */
export const agentMistakes: Readonly<Record<AgentMistake, Mistake>> = {
  /** Signs with a key that the token does not name: a stolen token. */
  'wrong-key': {
    draft: async (draft) => ({ ...draft, key: await makeKey('a thief', 'stolen', draft.key.alg) }),
  },
  stale: params((now) => ({ created: now - 61 })),
  future: params((now) => ({ created: now + 61 })),
  'no-created': {
    draft: (draft) => ({
      ...draft,
      params: Object.fromEntries(Object.entries(draft.params).filter(([name]) => name !== 'created')),
    }),
  },
  'string-created': params((now) => ({ created: String(now) })),
  'decimal-created': params((now) => ({ created: now + 0.5 })),
  expired: params((now) => ({ created: now - 30, expires: now - 1 })),
  'expires-before-created': params((now) => ({ created: now + 30, expires: now + 10 })),
  'omit-method': omit('@method'),
  'omit-authority': omit('@authority'),
  'omit-path': omit('@path'),
  'omit-signature-key': omit('signature-key'),
  'nothing-covered': { draft: (draft) => ({ ...draft, components: [] }) },
  'duplicate-component': {
    draft: (draft) => ({ ...draft, components: [...draft.components, { name: '@method' }] }),
  },
  'component-parameter': cover({ name: '@method', params: { req: true } }),
  'key-parameter': {
    draft: (draft) => ({
      ...draft,
      components: draft.components.map((component) =>
        component.name === 'signature-key' ? { ...component, params: { key: draft.label } } : component,
      ),
    }),
  },
  'absent-component': cover({ name: 'x-not-there' }),
  'unknown-derived-component': cover({ name: '@status' }),
  'label-mismatch': field('signature-input', (value) => value.replace(/^[^=]+/, 'other')),
  'duplicate-label': field('signature', (value) => `${value}, ${value}`),
  'duplicate-parameter': field('signature-input', (value) => value.replace(/;created=\d+/, '$&$&')),
  'two-jwt-labels': { draft: (draft) => ({ ...draft, twin: `${draft.label}-2` }) },
  'flip-signature': field('signature', (value) =>
    value.replace(/=:(.)/, (_, first) => `=:${first === 'A' ? 'B' : 'A'}`),
  ),
  'short-signature': field('signature', (value) => value.replace(/=.*/, '=:AAAA:')),
  /** The same octets in the other alphabet, where they have a character that differs. */
  'base64url-signature': field('signature', (value) =>
    /[+/]/.test(value) ? value.replaceAll('+', '-').replaceAll('/', '_') : value.replace(/=:(.)(.)/, '=:-_'),
  ),
  'signature-as-token': field('signature', (value) => value.replace(/=.*/, '=abc')),
  'no-signature': drop('signature'),
  'no-signature-input': drop('signature-input'),
  'no-signature-key': drop('signature-key'),
  'empty-signature': field('signature', () => ''),
  'other-path': { wire: (message) => ({ ...message, target: path(message.target), url: path(message.url) }) },
  'other-method': {
    wire: (message) => ({ ...message, method: message.method === 'GET' ? 'DELETE' : 'GET' }),
  },
  'other-authority': { draft: (draft) => ({ ...draft, authority: 'elsewhere.example' }) },
  'unknown-scheme': scheme('quantum', { z: '1' }),
  /** The agent's own key, sent bare. */
  'hwk-scheme': {
    draft: (draft) => ({
      ...draft,
      scheme: 'hwk',
      schemeParams: draft.key.jwk as unknown as Draft['schemeParams'],
    }),
  },
  'cached-scheme': scheme('cached', { cid: 'x' }),
  'no-token': scheme('jwt', {}),
  'token-as-sf-token': {
    draft: (draft) => ({ ...draft, schemeParams: { jwt: new Token(String(draft.schemeParams.jwt)) } }),
  },
  'uncovered-mission': uncovered('aauth-mission', `approver="https://ps.example"; s256="${'A'.repeat(43)}"`),
  'uncovered-authorization': uncovered('authorization', 'AAuth opaque'),
}

/** The mistake of that name, or none. */
export function mistakeNamed(name: AgentMistake | undefined): Mistake {
  return name === undefined ? {} : agentMistakes[name]
}
