import { serializeDictionary, Token } from 'structured-headers'
import { abortable, readCapped } from '../keys/fetch-document.ts'
import type { ResourceState } from '../resource/state.ts'
import { keySourceOf } from '../resource/trusted-issuers.ts'
import { parseJsonObject } from '../token/json.ts'
import { encodeBase64url } from '../wire/base64url.ts'
import { quoted } from '../wire/quoted.ts'
import { type MissionInquiry, ServerUnavailableError } from './source.ts'

const maxAnswer = 65_536
const covered = ['@method', '@authority', '@path', 'content-digest', 'content-type', 'signature-key'] as const

/**
 * How a source queries one person server. The address that is dialled is checked as for keys
 * (docs/decisions.md#active-answers).
 */
export function inquiryOf(state: ResourceState, personServer: string, signal: AbortSignal): MissionInquiry {
  const source = keySourceOf(state.settings, {
    iss: personServer,
    dwk: 'aauth-person.json',
    role: 'person-server',
  })
  return {
    signal,
    metadata: () => state.keys.metadata(source),
    async post(url, content) {
      const fetcher = state.fetcherFor(source)
      if (fetcher === undefined)
        throw new Error(
          `this runtime cannot check addresses: list ${quoted(personServer)} in "trust.personServers"`,
        )
      if (!isEndpointOf(personServer, url))
        throw new Error(`${quoted(url)} is not an endpoint of ${quoted(personServer)}`)
      const body = JSON.stringify(content)
      const headers = {
        ...(await sign(state, url, body)),
        accept: 'application/json',
        'accept-encoding': 'identity',
        'user-agent': 'aauth-guard',
      }
      const response = await abortable(
        fetcher(url, { method: 'POST', redirect: 'manual', signal, headers, body }),
        signal,
      ).catch((cause: unknown) => {
        throw new ServerUnavailableError(cause instanceof Error ? cause.message : 'fetch failed')
      })
      const { status } = response
      if (status >= 500 || status === 429) {
        response.body?.cancel().catch(() => undefined)
        throw new ServerUnavailableError(`${personServer} answered ${status}`)
      }
      const bytes = await readCapped(response, maxAnswer, signal)
      return { status, json: bytes && parseJsonObject(bytes) }
    },
  }
}

/** Signs a request with the key of the resource (draft 11 §11.3.2). */
async function sign(state: ResourceState, url: string, body: string): Promise<Record<string, string>> {
  const { settings, platform, signingKey } = state
  const key = await signingKey.current()
  const { host, pathname } = new URL(url)
  const digest = await platform.digest('sha-256', new TextEncoder().encode(body))
  const identity = { id: settings.issuer, dwk: 'aauth-resource.json', kid: key.kid }
  const fields = {
    'content-digest': serializeDictionary({ 'sha-256': bytesOf(digest) }),
    'content-type': 'application/json',
    'signature-key': serializeDictionary({
      sig: [new Token('jwks_uri'), new Map(Object.entries(identity))],
    }),
  }
  const values: Record<(typeof covered)[number], string> = {
    '@method': 'POST',
    '@authority': host,
    '@path': pathname,
    ...fields,
  }
  // Otherwise two requests within a second could have the same signature, which a server that remembers signatures
  // refuses as a replay.
  const nonce = encodeBase64url(crypto.getRandomValues(new Uint8Array(16)))
  const params = `(${covered.map((name) => `"${name}"`).join(' ')});created=${settings.now()};nonce="${nonce}"`
  const lines = covered.map((name) => `"${name}": ${values[name]}\n`)
  const base = new TextEncoder().encode(`${lines.join('')}"@signature-params": ${params}`)
  const signature = serializeDictionary({ sig: bytesOf(await key.sign(base)) })
  return { ...fields, 'signature-input': `sig=${params}`, signature }
}

function bytesOf(bytes: Uint8Array): [ArrayBuffer, Map<string, string>] {
  return [new Uint8Array(bytes).buffer, new Map()]
}

/** An endpoint on another origin would need to be trusted separately. */
function isEndpointOf(personServer: string, url: string): boolean {
  if (!URL.canParse(url)) return false
  const { origin, username, password, search, hash } = new URL(url)
  return origin === personServer && username + password + search + hash === ''
}
