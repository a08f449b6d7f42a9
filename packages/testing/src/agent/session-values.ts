/** Origins whose session an agent remembers. The one that it has not used for longest is forgotten first. */
const maxOrigins = 100
/** Octets. */
const maxLength = 4096
/** RFC 7235 token68. */
const token68 = /^[A-Za-z0-9._~+/-]+=*$/

/** The newest `AAuth-Access` value of each resource, for one agent with one key (draft 11 §6.3). */
export class SessionValues {
  readonly #values = new Map<string, string>()

  /** The value to send to an origin. */
  at(origin: string): string | undefined {
    const value = this.#values.get(origin)
    if (value !== undefined) this.#keep(origin, value)
    return value
  }

  /** Keeps the value that an answer carries. One that is not a single token68 is ignored (R11-192, R11-193). */
  remember(origin: string, { headers }: Pick<Response, 'headers'>): void {
    const value = headers.get('aauth-access')
    if (value === null || value.length > maxLength || !token68.test(value)) return
    this.#keep(origin, value)
  }

  #keep(origin: string, value: string): void {
    this.#values.delete(origin)
    this.#values.set(origin, value)
    if (this.#values.size > maxOrigins) this.#values.delete(this.#values.keys().next().value as string)
  }
}
