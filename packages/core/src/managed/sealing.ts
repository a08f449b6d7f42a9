import type { CryptoKey } from 'jose'
import { decodeBase64url, encodeBase64url } from '../wire/base64url.ts'
import type { CheckedKey } from './sealing-keys.ts'

/** Maximum number of characters of a sealed text, since it is sent in a header field. */
export const maxSealedText = 2048

/** The first octet of every value, so that the form can change. */
const form = 1
const saltLength = 16
const tagLength = 16
/** Maximum number of octets that a sealed value has in addition to what is in it. */
export const maxSealingOctets: number = 2 + 32 + saltLength + tagLength

/** Each key of AES is used once, so that the nonce may be the same. */
const nonce = new Uint8Array(12)
const info = new TextEncoder().encode('aauth-guard sealed value')

/**
 * Seals what the resource stores and hands out, so that nobody else can read or change it: AES-256-GCM, with a key for each
 * value by HKDF-SHA-256 of a sealing key and 16 random octets. A value opens only for the resource and the kind that it was
 * sealed for, and with the key of the same name.
 *
 * Everything goes through WebCrypto, which every runtime has. No random octets are drawn before the first value.
 */
export class Sealer {
  readonly #issuer: string
  readonly #keys: Map<string, CheckedKey>
  readonly #imported = new Map<string, CryptoKey>()
  #first: CheckedKey | undefined

  /**
   * @param issuer the identifier of the resource
   * @param keys the first one seals, all of them open; without any, a random key of this process does both
   */
  constructor(issuer: string, keys: readonly CheckedKey[] | undefined) {
    this.#issuer = issuer
    this.#keys = new Map(keys?.map((key) => [key.kid, key]))
    this.#first = keys?.[0]
  }

  /** @param kind what the value is for; a value of one kind does not open as another */
  async seal(kind: string, octets: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
    const { kid } = this.#sealingKey()
    const salt = crypto.getRandomValues(new Uint8Array(saltLength))
    const key = await this.#valueKey(kid, salt)
    const algorithm = { name: 'AES-GCM', iv: nonce, additionalData: this.#context(kind, kid) }
    const sealed = new Uint8Array(await crypto.subtle.encrypt(algorithm, key, Uint8Array.from(octets)))
    const name = new TextEncoder().encode(kid)
    return joined(Uint8Array.of(form, name.length), name, salt, sealed)
  }

  /** What was sealed as this kind; `undefined` for anything else. Never rejects. */
  async open(kind: string, sealed: Uint8Array): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const saltAt = 2 + (sealed[1] ?? 0)
    const textAt = saltAt + saltLength
    if (sealed[0] !== form || sealed.length < textAt + tagLength) return undefined
    const kid = String.fromCharCode(...sealed.subarray(2, saltAt))
    if (!this.#keys.has(kid)) return undefined
    try {
      const key = await this.#valueKey(kid, sealed.slice(saltAt, textAt))
      const algorithm = { name: 'AES-GCM', iv: nonce, additionalData: this.#context(kind, kid) }
      return new Uint8Array(await crypto.subtle.decrypt(algorithm, key, sealed.slice(textAt)))
    } catch {
      return undefined
    }
  }

  /**
   * Seals a value for a header field or a path, in unpadded base64url.
   * @throws {RangeError} (the promise rejects) if it would be longer than {@link maxSealedText}
   */
  async sealText(kind: string, octets: Uint8Array): Promise<string> {
    const text = encodeBase64url(await this.seal(kind, octets))
    if (text.length > maxSealedText)
      throw new RangeError(`a sealed value of ${text.length} characters is longer than ${maxSealedText}`)
    return text
  }

  /** What was sealed as this kind. One value has one text: any other spelling of it is `undefined` too. Never rejects. */
  async openText(kind: string, text: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    if (text.length > maxSealedText) return undefined
    const sealed = decodeBase64url(text)
    return sealed && this.open(kind, sealed)
  }

  #sealingKey(): CheckedKey {
    if (this.#first === undefined) {
      this.#first = { kid: 'process', octets: crypto.getRandomValues(new Uint8Array(32)) }
      this.#keys.set(this.#first.kid, this.#first)
    }
    return this.#first
  }

  async #valueKey(kid: string, salt: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
    const algorithm = { name: 'HKDF', hash: 'SHA-256', salt, info }
    const base = this.#imported.get(kid) ?? (await this.#import(kid))
    return crypto.subtle.deriveKey(algorithm, base, { name: 'AES-GCM', length: 256 }, false, [
      'encrypt',
      'decrypt',
    ])
  }

  /** No promise is kept: on Workers it ends with the request that began it. */
  async #import(kid: string): Promise<CryptoKey> {
    const { octets } = this.#keys.get(kid) as CheckedKey
    const base = await crypto.subtle.importKey('raw', octets, 'HKDF', false, ['deriveKey'])
    this.#imported.set(kid, base)
    return base
  }

  #context(kind: string, kid: string): Uint8Array<ArrayBuffer> {
    return new TextEncoder().encode(JSON.stringify([this.#issuer, kind, kid]))
  }
}

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
