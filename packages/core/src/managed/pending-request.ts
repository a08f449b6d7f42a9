import type { Owner } from './owner.ts'

/** A question to the agent, and its answer. The text of the answer is the agent's. */
export interface Clarification {
  readonly question: string
  readonly options: readonly string[]
  /** Seconds that the agent is given, as it is told; the request itself may expire sooner. */
  readonly timeout: number | null
  readonly answer: string | null
}

/** How a request ended. Its owner is told once. */
export type PendingOutcome =
  | { readonly code: 'completed'; readonly consent: string; readonly scopes: readonly string[] }
  | { readonly code: 'denied' | 'abandoned' | 'invalid_code' | 'server_error' }

/** The person who arrived at the page. Only this person decides. */
export interface Arrival {
  /** A digest of the secret in the page handle. */
  readonly secret: string
  readonly person: string
  readonly callback: string | null
}

/** What waits at a pending URL. It is stored sealed. */
export interface PendingRequest {
  /** What it waits for. `interaction` and `approval` wait for a person; other values belong to a {@link PendingKind}. */
  readonly waitsFor: string
  /** `name` of the route. */
  readonly route: string
  readonly owner: Owner
  /** The token that it was made for. */
  readonly source: { readonly iss: string; readonly jti: string; readonly exp: number }
  /** The person server that the token names, whether or not it names a person. */
  readonly personServer: string | null
  /** Identifies the person, if the token names one. */
  readonly personKey: string | null
  /** What is asked for. */
  readonly scopes: readonly string[]
  /** Seconds. */
  readonly since: number
  /** Seconds until which it can be decided. The record stays longer, so that its owner can be told. */
  readonly expires: number
  /** Whether the agent said that it answers questions. */
  readonly answersQuestions: boolean
  readonly wrongCodes: number
  readonly arrival: Arrival | null
  readonly clarifications: readonly Clarification[]
  readonly outcome: PendingOutcome | null
  /** What another kind of waiting keeps here, as JSON. */
  readonly data: unknown
}

/** The question that the agent has not answered yet. */
export function openQuestion({ clarifications }: PendingRequest): Clarification | undefined {
  const last = clarifications.at(-1)
  return last?.answer === null ? last : undefined
}

/** @returns octets that {@link decodeJson} reads */
export function encodeJson(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value))
}

/** What this package sealed needs no further check. */
export function decodeJson<T>(octets: Uint8Array): T {
  return JSON.parse(new TextDecoder().decode(octets)) as T
}
