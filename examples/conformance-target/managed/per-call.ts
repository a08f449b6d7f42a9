import { createHash } from 'node:crypto'
import type { PerCallOptions } from '@aauth-guard/core/managed'
import type { RoutePerCall } from './route-members.ts'

/** R3 documents by digest: proposals that were made, and documents about classes of calls. */
export class Proposals {
  readonly made: { readonly uri: string; readonly s256: string; readonly document: string }[] = []
  readonly #documents = new Map<string, string>()
  readonly #issuer: string

  constructor(issuer: string) {
    this.#issuer = issuer
  }

  /** What `hold` takes. The parameters of a call are its content. */
  optionsFor({ operation, digested, documents }: RoutePerCall): PerCallOptions {
    for (const document of documents) this.#documents.set(s256Of(document), document)
    return {
      operation: () => operation,
      propose: ({ body }) => {
        const given = JSON.parse(new TextDecoder().decode(body)) as Record<string, unknown>
        const parameters = Object.fromEntries(
          Object.entries(given).map(([name, value]) => [
            name,
            digested.includes(name) && typeof value === 'string' ? { s256: s256Of(value) } : value,
          ]),
        )
        return this.#keep(JSON.stringify({ operations: [operation], parameters }))
      },
      find: (s256) => this.#documents.get(s256),
    }
  }

  #keep(document: string): { uri: string; document: string } {
    const s256 = s256Of(document)
    const uri = `${this.#issuer}/r3/${s256}`
    if (!this.#documents.has(s256)) this.made.push({ uri, s256, document })
    this.#documents.set(s256, document)
    return { uri, document }
  }
}

function s256Of(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
