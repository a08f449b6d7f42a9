import type { Mission, ResourceOptions } from '@aauth-guard/core'
import {
  type MissionAnswer,
  type MissionOptions,
  type MissionSource,
  monitorMissions,
  ServerUnavailableError,
} from '@aauth-guard/core/missions'
import { s256 } from '@aauth-guard/fixtures/missions'
import { type Call, makeWorld, type World } from '@aauth-guard/fixtures/world'
import type { Grant } from '@aauth-guard/testing'

export const generations = ['mission-header', 'person-token'] as const

/** An auth token that carries the mission. */
export const granted = (changes: Grant = {}): Grant => ({ scope: 'access', mission: s256, ...changes })

/** `200`, or status and code of the refusal, and what it says in `Retry-After`. */
export async function verdict(call: Promise<unknown>): Promise<string> {
  try {
    await call
    return '200'
  } catch (error) {
    const {
      status,
      code,
      headers = {},
    } = error as {
      status: number
      code: string
      headers?: Record<string, string>
    }
    const wait = headers['retry-after']
    return `${status} ${code}${wait === undefined ? '' : ` ${wait}`}`
  }
}

/** The answer of a source by default. */
export type Saying = (mission: Mission) => MissionAnswer | Promise<MissionAnswer>

export const active = { status: 'active' } as const
export const terminated = { status: 'terminated' } as const

/** A world whose resource has a source that answers as the test sets. */
export interface WatchedWorld extends World {
  /** Digests that the source was called with, in order. */
  readonly asked: string[]
  /** Resolves when the source is called next. */
  nextAsked(): Promise<void>
  /** Sets the answer of the source. */
  says(saying: Saying): void
  /** The token that the calls below present; it carries the mission. */
  readonly token: string
  get(how?: Call & { readonly token?: string }): Promise<string>
  post(how?: Call & { readonly token?: string }): Promise<string>
}

export async function makeWatchedWorld(
  watching: Omit<MissionOptions, 'source'> = {},
  options: Partial<ResourceOptions> = {},
): Promise<WatchedWorld> {
  const asked: string[] = []
  const waiting: (() => void)[] = []
  let saying: Saying = () => active
  const source: MissionSource = (of) => {
    asked.push(of.s256)
    for (const go of waiting.splice(0)) go()
    return saying(of)
  }
  const missions = monitorMissions({ source, ...watching })
  // The same call twice in a second is a replay, which is not what these tests are about.
  const world = await makeWorld({ missions, replay: 'off', ...options })
  const token = await world.agent.authToken(granted())
  const call =
    (method: string): WatchedWorld['get'] =>
    ({ token: shown = token, ...how } = {}) =>
      verdict(world.call(shown, { ...how, method }))
  return {
    ...world,
    asked,
    nextAsked: () => new Promise((resolve) => waiting.push(resolve)),
    says(next) {
      saying = next
    },
    token,
    get: call('GET'),
    post: call('POST'),
  }
}

/** A promise that the test settles. */
export interface Gate<T> {
  readonly promise: Promise<T>
  open(value: T): void
  fail(error: unknown): void
}

export function gate<T>(): Gate<T> {
  let [open, fail]: [Gate<T>['open'], Gate<T>['fail']] = [() => undefined, () => undefined]
  const promise = new Promise<T>((resolve, reject) => {
    open = resolve
    fail = reject
  })
  return { promise, open, fail }
}

/** Lets everything run that does not wait. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** Digest of one mission of many. */
export function digest(name: string | number): string {
  return `m${name}m`.padEnd(43, 'A')
}

/** The source is unreachable. */
export function down(): never {
  throw new Error('the source is down')
}

/** A source that could not reach the person server. */
export function silent(): never {
  throw new ServerUnavailableError('no route to it')
}
