type HmacKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Seals what the server hands to one caller and gets back later, so that nobody else can bring it. Readable, but neither
 * forged nor moved: a tag of HMAC-SHA-256 over resource, purpose, binding and value.
 */
export class Sealer {
  readonly #issuer: string
  readonly #octets: Uint8Array<ArrayBuffer>
  #key: Promise<HmacKey> | undefined

  /**
   * @param issuer of the resource: what one seals, another one with the same key does not open
   * @throws {TypeError} for a key under 32 octets
   */
  constructor(issuer: string, key: Uint8Array | undefined) {
    if (key !== undefined && (!(key instanceof Uint8Array) || key.length < 32))
      throw new TypeError('"sealingKey" has less than 32 octets: pass a Uint8Array of 32 random octets')
    this.#issuer = issuer
    this.#octets = key === undefined ? crypto.getRandomValues(new Uint8Array(32)) : Uint8Array.from(key)
  }

  /** @returns `tag.value` */
  async seal(purpose: string, binding: string, value: string): Promise<string> {
    const tag = await crypto.subtle.sign('HMAC', await this.#hmac(), this.#signed(purpose, binding, value))
    return `${base64url(new Uint8Array(tag))}.${value}`
  }

  /** The value; `undefined` if it was sealed for something else, by another key, or never. */
  async open(purpose: string, binding: string, sealed: string): Promise<string | undefined> {
    const end = sealed.indexOf('.')
    const tag = end === -1 ? undefined : octetsOf(sealed.slice(0, end))
    if (tag === undefined) return undefined
    const value = sealed.slice(end + 1)
    const isGenuine = await crypto.subtle.verify(
      'HMAC',
      await this.#hmac(),
      tag,
      this.#signed(purpose, binding, value),
    )
    return isGenuine ? value : undefined
  }

  /** Unambiguous, whatever the parts contain. */
  #signed(...parts: readonly string[]): Uint8Array<ArrayBuffer> {
    return encoder.encode(JSON.stringify([this.#issuer, ...parts]))
  }

  #hmac(): Promise<HmacKey> {
    const algorithm = { name: 'HMAC', hash: 'SHA-256' }
    this.#key ??= crypto.subtle.importKey('raw', this.#octets, algorithm, false, ['sign', 'verify'])
    return this.#key
  }
}

/** Text as base64url, for values that must be one word. */
export function toWord(text: string): string {
  return base64url(encoder.encode(text))
}

export function fromWord(word: string): string | undefined {
  const octets = octetsOf(word)
  try {
    return octets && decoder.decode(octets)
  } catch {
    return undefined
  }
}

function base64url(octets: Uint8Array): string {
  let binary = ''
  for (const octet of octets) binary += String.fromCharCode(octet)
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

function octetsOf(word: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    const octets = Uint8Array.from(atob(word.replaceAll('-', '+').replaceAll('_', '/')), (character) =>
      character.charCodeAt(0),
    )
    return base64url(octets) === word ? octets : undefined
  } catch {
    return undefined
  }
}
