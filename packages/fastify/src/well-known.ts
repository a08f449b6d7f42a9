import type { IncomingMessage } from 'node:http'
import type { Resource } from '@aauth-guard/core'
import { answerRoutes } from '@aauth-guard/core/adapter'
import { readContent, signedRequest } from '@aauth-guard/core/node'
import { type GuardHook, hookOf } from './hook.ts'

/**
 * Serves the routes of the resource itself: metadata, keys, authorization endpoint and revocation endpoint. An `onRequest` hook
 * of the outermost instance, before the guards.
 *
 * @example
 * ```ts
 * import { createResource } from '@aauth-guard/core'
 * import { wellKnown } from '@aauth-guard/fastify'
 * import fastify from 'fastify'
 *
 * const resource = createResource({ issuer: 'https://notes.example', trust: 'any' })
 * fastify().addHook('onRequest', wellKnown(resource))
 * ```
 */
export function wellKnown(resource: Resource): GuardHook {
  return hookOf(async ({ raw }) => {
    const message = raw as IncomingMessage
    return answerRoutes(resource, signedRequest(message), (limit) => readContent(message, limit))
  })
}
