import { type Answer, codeOf, field, isUnsignedChallenge, jsonOf } from './answer.ts'
import type { Caller } from './caller.ts'
import type { Prober } from './prober.ts'
import type { Target } from './target.ts'

/** What an examination is given. */
export interface Examined {
  readonly target: Target
  readonly prober: Prober
  readonly caller: Caller | undefined
  /** Hosts that may be asked beside the one of the URL, as `host` or `host:port`. */
  readonly also: ReadonlySet<string>
  /** Whether a random query may be put behind the URL. */
  readonly probesQuery: boolean
  /** Milliseconds. */
  readonly now: () => number
}

/** Why a check of challenges or signatures does not run. */
export const unguarded = 'the URL does not answer with a challenge of AAuth'

export const metadataPath = '/.well-known/aauth-resource.json'

/** One examination of one API. What several checks look at is fetched once. */
export class Examination {
  readonly api: Examined
  /** What signatures must cover, once an answer has said so. */
  demanded: readonly string[] | undefined
  readonly #known = new Map<string, Promise<unknown>>()

  constructor(api: Examined) {
    this.api = api
  }

  /** Asks once, whoever asks. */
  once<T>(name: string, ask: () => Promise<T>): Promise<T> {
    const known = this.#known.get(name) ?? ask()
    this.#known.set(name, known)
    return known as Promise<T>
  }

  /** The answer to a request without a credential. */
  unsigned(): Promise<Answer> {
    return this.once('unsigned', () => this.api.prober.send())
  }

  /** Whether requests without a credential are refused as AAuth refuses them; else signed ones say nothing. */
  async isGuarded(): Promise<boolean> {
    const answer = await this.unsigned()
    return isUnsignedChallenge(answer) || (answer.status === 401 && codeOf(answer) === 'invalid_signature')
  }

  metadataAnswer(): Promise<Answer> {
    return this.once('metadata', () => this.api.prober.send({ target: metadataPath }))
  }

  /** The metadata; empty where there is none. */
  async metadata(): Promise<Readonly<Record<string, unknown>>> {
    const answer = await this.metadataAnswer()
    return (answer.status === 200 ? jsonOf(answer) : undefined) ?? {}
  }

  /** Seconds that a signature may be old. */
  async signatureWindow(): Promise<number> {
    const { signature_window: window } = await this.metadata()
    return typeof window === 'number' && Number.isInteger(window) && window > 0 && window <= 300 ? window : 60
  }
}

/** Whether an answer is of a content type that holds JSON. */
export function isJson(answer: Answer): boolean {
  const [type = ''] = (field(answer, 'content-type') ?? '').toLowerCase().split(';', 1)
  const name = type.trim()
  return name === 'application/json' || (name.startsWith('application/') && name.endsWith('+json'))
}
