import { waitUntil } from 'cloudflare:workers'
import type {
  ClaimVerdict,
  FoundRevocation,
  FoundStatus,
  Link,
  LinkVerdict,
  PutVerdict,
  ReplayVerdict,
  RevocationVerdict,
  Tombstone,
  TombstoneVerdict,
} from '@aauth-guard/core'
import type { State } from './state-object.ts'

/** A call of a method of what an object holds. */
export interface Call {
  readonly kind: keyof State
  readonly method: string
  readonly parameters: readonly unknown[]
}

/** What the method returned, or why it failed. */
export interface Answer {
  readonly value?:
    | FoundRevocation
    | RevocationVerdict
    | Tombstone
    | TombstoneVerdict
    | ReplayVerdict
    | FoundStatus
    | ClaimVerdict
    | PutVerdict
    | Link
    | LinkVerdict
    | number
    | undefined
  readonly error?: string
}

/** What is needed of a `DurableObjectNamespace<StateObject>`. */
export interface StateNamespace {
  getByName(name: string): {
    ask(calls: readonly Call[]): Promise<readonly Answer[]>
    now(): Promise<number>
  }
}

type Method<Kind extends keyof State> = {
  [Name in keyof State[Kind]]: State[Kind][Name] extends (...given: never[]) => unknown ? Name : never
}[keyof State[Kind]]
type Given<Kind extends keyof State, Name extends Method<Kind>> = State[Kind][Name] extends (
  ...given: infer Given
) => unknown
  ? Given
  : never
type Returned<Kind extends keyof State, Name extends Method<Kind>> = State[Kind][Name] extends (
  ...given: never[]
) => infer Value
  ? Value
  : never

interface Waiting {
  readonly call: Call
  readonly resolve: (value: never) => void
  readonly reject: (reason: unknown) => void
}

/**
 * Calls of objects. Whatever is asked of one object in one go is sent together, so that a request costs each object one
 * call and not one for each store.
 */
export class ObjectCalls {
  readonly #namespace: StateNamespace
  readonly #waiting = new Map<string, Waiting[]>()

  constructor(namespace: StateNamespace) {
    this.#namespace = namespace
  }

  ask<Kind extends keyof State, Name extends Method<Kind> & string>(
    object: string,
    kind: Kind,
    method: Name,
    ...parameters: Given<Kind, Name>
  ): Promise<Returned<Kind, Name>> {
    const answer = new Promise<Returned<Kind, Name>>((resolve, reject) => {
      const waiting = this.#waiting.get(object) ?? []
      waiting.push({ call: { kind, method, parameters }, resolve, reject })
      if (waiting.length > 1) return
      this.#waiting.set(object, waiting)
      queueMicrotask(() => void this.#send(object, waiting))
    })
    outliveRequest(answer)
    return answer
  }

  /** Milliseconds since 1970, by the clock of an object. */
  now(object: string): Promise<number> {
    const answer = this.#namespace.getByName(object).now()
    outliveRequest(answer)
    return answer
  }

  /** Nothing is repeated: if the answer to a mark is lost, a second call would find the signature used. */
  async #send(object: string, waiting: readonly Waiting[]): Promise<void> {
    this.#waiting.delete(object)
    try {
      const answers = await this.#namespace.getByName(object).ask(waiting.map(({ call }) => call))
      for (const [index, { resolve, reject }] of waiting.entries()) {
        const { value, error } = answers[index] ?? { error: 'the object returned no answer' }
        if (error === undefined) resolve(value as never)
        else reject(new Error(error))
      }
    } catch (error) {
      for (const { reject } of waiting) reject(error)
    }
  }
}

/**
 * Workers drop what a request still waits for once it was answered or its client has disconnected. The guard can answer
 * before the objects do, and other requests can wait for the same answer.
 */
function outliveRequest(answer: Promise<unknown>): void {
  waitUntil(answer.catch(() => undefined))
}
