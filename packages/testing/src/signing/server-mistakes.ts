import { type AgentMistake, agentMistakes, type Mistake } from './agent-mistakes.ts'
import type { Draft } from './sign.ts'

const omit = (name: string): Mistake => ({
  draft: (draft) => ({
    ...draft,
    components: draft.components.filter((component) => component.name !== name),
  }),
})
const withoutParam = (name: string): Mistake => ({
  draft: (draft) => ({
    ...draft,
    schemeParams: Object.fromEntries(Object.entries(draft.schemeParams).filter(([key]) => key !== name)),
  }),
})
const param = (name: string, change: (value: string) => Draft['schemeParams'][string]): Mistake => ({
  draft: (draft) => ({
    ...draft,
    schemeParams: { ...draft.schemeParams, [name]: change(String(draft.schemeParams[name])) },
  }),
})
const swapped = new TextEncoder().encode('{"jti":"swapped","exp":1}')

/** A way for a server to sign wrongly, beside those it shares with agents. */
export type ServerMistake =
  | AgentMistake
  | 'omit-content-digest'
  | 'omit-content-type'
  | 'swapped-content'
  | 'unknown-digest'
  | 'no-id'
  | 'no-dwk'
  | 'no-kid'
  | 'empty-kid'
  | 'long-kid'
  | 'number-kid'
  | 'unpublished-kid'
  | 'id-with-path'
  | 'id-with-port'
  | 'id-of-address'
  | 'http-id'
  | 'agent-document'
  | 'unknown-document'
  | 'jwt-scheme'

/** Every way a server can sign wrongly, by name. */
export const serverMistakes: Readonly<Record<ServerMistake, Mistake>> = {
  ...agentMistakes,
  'omit-content-digest': omit('content-digest'),
  'omit-content-type': omit('content-type'),
  /** What was signed stays; what is sent is another content. */
  'swapped-content': { wire: (message) => ({ ...message, body: swapped }) },
  'unknown-digest': {
    draft: (draft) => ({
      ...draft,
      headers: draft.headers.map(([name, value]) =>
        name === 'content-digest' ? [name, value.replace(/^[^=]+/, 'md5')] : [name, value],
      ),
    }),
  },
  'no-id': withoutParam('id'),
  'no-dwk': withoutParam('dwk'),
  'no-kid': withoutParam('kid'),
  'empty-kid': param('kid', () => ''),
  'long-kid': param('kid', () => 'k'.repeat(257)),
  'number-kid': param('kid', () => 1),
  'unpublished-kid': param('kid', () => 'never-published'),
  'id-with-path': param('id', (id) => `${id}/path`),
  'id-with-port': param('id', (id) => `${id}:8443`),
  'id-of-address': param('id', () => 'https://127.0.0.1'),
  'http-id': param('id', (id) => id.replace('https:', 'http:')),
  'agent-document': param('dwk', () => 'aauth-agent.json'),
  'unknown-document': param('dwk', () => 'openid-configuration'),
  'jwt-scheme': { draft: (draft) => ({ ...draft, scheme: 'jwt', schemeParams: { jwt: 'a.b.c' } }) },
}
