import type { Answer } from './answer.ts'
import { exchangeHttp1 } from './exchange-http1.ts'
import { exchangeHttp2 } from './exchange-http2.ts'
import { fetchDocument } from './fetch-document.ts'
import { longestWait, mostAtOnce, mostRequests } from './limits.ts'
import type { Network } from './network.ts'
import type { Probe } from './probe.ts'
import { isLoopbackName, type Target, targetOf } from './target.ts'

/** Nobody answered; the message says why. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError'
}

/** A document leads to an address that is not on the public internet. */
export class RefusedAddressError extends Error {
  override readonly name = 'RefusedAddressError'
}

/** The requests of one examination were used up. */
export class RequestLimitError extends Error {
  override readonly name = 'RequestLimitError'
}

/** Sends what the checks ask for, within the bounds of the doctor. No redirect is followed. */
export class Prober {
  readonly #target: Target
  readonly #network: Network
  #requests = 0
  #running = 0
  readonly #waiting: (() => void)[] = []

  constructor(target: Target, network: Network) {
    this.#target = target
    this.#network = network
  }

  /** How many requests were sent; a connection over which none was counts as well. */
  get requests(): number {
    return this.#requests
  }

  /** Sends a request to the API, over a connection of its own. @throws {NoAnswerError | RequestLimitError} */
  send(probe: Probe = {}): Promise<Answer> {
    return this.#bounded((signal) => exchangeHttp1(this.#target, this.#network, probe, signal))
  }

  /** Sends a request over HTTP/2; `undefined` where the API does not offer it. @throws as {@link send} */
  sendHttp2(probe: Probe = {}): Promise<Answer | undefined> {
    return this.#bounded((signal) => exchangeHttp2(this.#target, this.#network, probe, signal))
  }

  /**
   * Fetches what a document of the API leads to, from a host that was named on the command line: at public addresses
   * only, or on this machine where the API is there itself. @throws as {@link send}
   */
  fetchNamed({ href, hostname }: URL): Promise<Answer> {
    return this.#target.isLoopback && isLoopbackName(hostname)
      ? this.#bounded((signal) => exchangeHttp1(targetOf(href), this.#network, {}, signal))
      : this.#bounded((signal) => fetchDocument(this.#network, href, signal))
  }

  async #bounded<T>(exchange: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (this.#requests >= mostRequests) throw new RequestLimitError(`${mostRequests} requests were sent`)
    this.#requests += 1
    if (this.#running >= mostAtOnce) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    else this.#running += 1
    const signal = AbortSignal.timeout(longestWait)
    try {
      return await exchange(signal)
    } catch (error) {
      // The egress of core says so by the name.
      if (error instanceof Error && error.name === 'RefusedAddress')
        throw new RefusedAddressError('it leads to an address that is not on the public internet')
      throw new NoAnswerError(signal.aborted ? 'nobody answered within 3 s' : reasonOf(error))
    } finally {
      const next = this.#waiting.shift()
      if (next) next()
      else this.#running -= 1
    }
  }
}

/** Node says in the code what happened, and in the message sometimes nothing. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'it failed'
  const [first] = error instanceof AggregateError ? (error.errors as unknown[]) : []
  if (first instanceof Error) return reasonOf(first)
  const { code } = error as NodeJS.ErrnoException
  return code === undefined || error.message.includes(code) ? error.message : `${error.message} (${code})`
}
