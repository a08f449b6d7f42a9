import { createHash, type Hash } from 'node:crypto'
import type { Auth } from '@aauth-guard/core'
import { bindDigests } from '@aauth-guard/core/adapter'

const algorithms = { 'sha-256': 'sha256', 'sha-512': 'sha512' } as const
type Algorithm = keyof typeof algorithms

/**
 * Compares content with the digest that its signature covers while it streams. The last octet is held back, so that the
 * upstream does not have the whole before the comparison.
 */
export class StreamedDigest {
  readonly #auth: Auth
  readonly #hashes = new Map<Algorithm, Hash>()
  #held: Buffer = Buffer.alloc(0)
  #settle: { readonly resolve: () => void; readonly reject: (error: unknown) => void } | undefined
  /** Resolves once the content was compared; rejects with the refusal. */
  readonly compared: Promise<void>

  /** @param signed the field that the signature covers, which names the algorithms */
  constructor(auth: Auth, signed: string) {
    this.#auth = auth
    for (const name of Object.keys(algorithms) as Algorithm[])
      if (signed.includes(name)) this.#hashes.set(name, createHash(algorithms[name]))
    this.compared = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject }
    })
    this.compared.catch(() => undefined)
  }

  /** Takes a piece of the content. @returns what may go on */
  add(chunk: Buffer): Buffer {
    if (chunk.length === 0) return chunk
    for (const hash of this.#hashes.values()) hash.update(chunk)
    const ready = Buffer.concat([this.#held, chunk.subarray(0, -1)])
    // A copy, since a part of the chunk would keep all of it.
    this.#held = Buffer.from(chunk.subarray(-1))
    return ready
  }

  /** @returns the last octet. @throws {AAuthError} if the content is not what was signed (the promise rejects) */
  async compare(): Promise<Buffer> {
    try {
      await bindDigests(this.#auth, (algorithm) => (this.#hashes.get(algorithm) as Hash).digest())
      this.#settle?.resolve()
      return this.#held
    } catch (error) {
      this.#settle?.reject(error)
      throw error
    }
  }
}
