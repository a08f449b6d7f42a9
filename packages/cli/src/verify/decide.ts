import {
  type AAuthError,
  type Auth,
  authorize,
  createResource,
  type DecisionEvent,
  isAAuthError,
  type Resource,
  type ResourceOptions,
  type SigningKey,
} from '@aauth-guard/core'
import { answerRoutes } from '@aauth-guard/core/adapter'
import { UsageError } from '../command.ts'
import { makeKeyPair } from '../keygen/make-key.ts'
import { linesOf, type RecordedRequest } from '../recording/recording.ts'
import { shown } from '../terminal/shown.ts'
import type { VerifyConfig } from './config.ts'

/** What core decided about a request, and how far it came. */
export interface Decision {
  readonly outcome: DecisionEvent['outcome']
  readonly refusal: AAuthError | undefined
  /** Who called; also `undefined` where an optional guard let pass what has no credential. */
  readonly auth: Auth | undefined
  /** Stages that ended, such as `read`. */
  readonly ended: ReadonlySet<string>
  /** Documents of issuers that were asked for, and those of them that are not in the configuration. */
  readonly asked: readonly string[]
  readonly missing: readonly string[]
}

/** What of the configuration and the request is changed, to find out what a decision rests on. */
export interface Changes {
  readonly options?: Partial<ResourceOptions>
  /** Options that are as if they had not been given. */
  readonly without?: readonly (keyof ResourceOptions)[]
  readonly requirement?: VerifyConfig['requirement']
  readonly content?: 'unknown'
}

/** It signs resource tokens that nobody is given. */
let signingKey: Promise<SigningKey> | undefined

/**
 * Decides a request as a resource does that sees it for the first time, at a time, without any network.
 * @param now seconds
 * @throws {UsageError} for options or a requirement that core refuses
 */
export async function decide(
  config: VerifyConfig,
  request: RecordedRequest,
  now: number,
  changes: Changes = {},
): Promise<Decision> {
  signingKey ??= makeKeyPair('Ed25519').then(({ privateKey }) => privateKey as SigningKey)
  const [asked, missing]: [string[], string[]] = [[], []]
  let event: DecisionEvent | undefined
  const kept = Object.entries(config.options).filter(([name]) => !changes.without?.includes(name as never))
  const options = {
    ...Object.fromEntries(kept),
    ...changes.options,
    signingKey: await signingKey,
    log: 'off',
    now: () => now,
    fetch: offlineFetch(config.documents, asked, missing),
    onDecision: (made: DecisionEvent) => {
      event = made
    },
  } as unknown as ResourceOptions
  const resource = refusedAsUsage(() => createResource(options))
  // What publishes the metadata is not here, and core would warn that nobody does.
  await answerRoutes(resource, { method: 'GET', target: '/', header: () => [] }, async () => new Uint8Array())
  try {
    const { auth, refusal } = await outcomeOf(
      resource,
      request,
      changes.requirement ?? config.requirement,
      changes,
    )
    const ended = new Set(Object.keys(event?.duration ?? {}))
    const outcome = event?.outcome ?? (refusal === undefined ? 'accepted' : 'refused')
    return { outcome, refusal, auth, ended, asked, missing }
  } finally {
    resource.close()
  }
}

async function outcomeOf(
  resource: Resource,
  { method, target, headers, body }: RecordedRequest,
  requirement: VerifyConfig['requirement'],
  { content }: Changes,
): Promise<Pick<Decision, 'auth' | 'refusal'>> {
  const known = content === 'unknown' ? undefined : body
  const sent = { method, target, header: (name: string) => linesOf(headers, name), body: known }
  try {
    const later = known === undefined ? { content: 'later' as const } : {}
    return { auth: await authorize(resource, sent, requirement as never, later), refusal: undefined }
  } catch (error) {
    if (isAAuthError(error)) return { auth: undefined, refusal: error }
    throw asUsageError(error)
  }
}

/** Serves what the configuration holds, and nothing from anywhere else. */
function offlineFetch(
  documents: VerifyConfig['documents'],
  asked: string[],
  missing: string[],
): typeof fetch {
  return async (input) => {
    const url = String(input instanceof Request ? input.url : input)
    asked.push(url)
    if (documents.has(url)) return Response.json(documents.get(url))
    missing.push(url)
    throw new TypeError('it is not in the configuration')
  }
}

function refusedAsUsage<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw asUsageError(error)
  }
}

function asUsageError(error: unknown): unknown {
  return error instanceof TypeError ? new UsageError(`--config: ${shown(error.message, 1024)}`) : error
}
