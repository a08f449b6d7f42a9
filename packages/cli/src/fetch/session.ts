import { shown } from '../terminal/shown.ts'
import type { Credential, Outgoing } from './outgoing.ts'
import type { Received } from './send.ts'
import type { Trace } from './trace.ts'

/** Octets of a session value. Longer ones fit into no field. */
const maxValue = 2048
const token68 = /^[A-Za-z0-9._~+/-]+=*$/

/**
 * The session value that an API gave in `AAuth-Access` (draft 11 §6.3). It is kept in memory until the command ends, since
 * the command keeps no credential between runs.
 */
export class Session {
  readonly #trace: Trace
  #value: string | undefined

  constructor(trace: Trace) {
    this.#trace = trace
  }

  /** Keeps the value of an answer in place of the one before. One that cannot be sent back is left alone. */
  keep({ url, headers }: Pick<Received, 'url' | 'headers'>): void {
    const values = headers.filter(([name]) => name === 'aauth-access').map(([, value]) => value)
    if (values.length === 0) return
    const [value = ''] = values
    const fault = faultOf(values)
    if (fault === undefined) this.#value = value
    else this.#trace.say(`${shown(url.origin)} gave ${fault}: it is not used.`)
  }

  /**
   * The request with the value, which its signature then covers. An auth token needs none beside it, and a field that was
   * written with `-H` stays as it is.
   */
  addTo(outgoing: Outgoing, { kind }: Credential): Outgoing {
    const value = this.#value
    if (value === undefined || kind === 'auth-token') return outgoing
    if (outgoing.headers.some(([name]) => name === 'authorization')) return outgoing
    return { ...outgoing, headers: [...outgoing.headers, ['authorization', `AAuth ${value}`]] }
  }
}

function faultOf([value = '', ...others]: readonly string[]): string | undefined {
  if (others.length > 0) return `${others.length + 1} session values in one answer`
  if (value.length > maxValue) return `a session value of more than ${maxValue} octets`
  if (!token68.test(value)) return 'a session value with characters that none can have'
  return undefined
}
