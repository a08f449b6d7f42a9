import type { Answer } from '@aauth-guard/core'
import type { HookHandlerDoneFunction } from 'fastify'
import type { HookReply, HookRequest } from './request-and-reply.ts'
import { send } from './send.ts'

/** A hook of routes and of instances alike. */
export type GuardHook = (request: HookRequest, reply: HookReply, done: HookHandlerDoneFunction) => void

/**
 * Makes a hook that goes on unless `decide` resolves to an answer. It is not an async hook: Fastify would take the end of
 * the connection for the end of such a hook, and go on to the handler when a refused client leaves early.
 */
export function hookOf(
  decide: (request: HookRequest, reply: HookReply) => Promise<Answer | undefined>,
): GuardHook {
  return (request, reply, done) => {
    decide(request, reply)
      .then((answer) => (answer === undefined ? done() : send(reply, answer)))
      // An unhandled rejection would terminate the process (Q08), and `done` takes only an error for one.
      .catch((fault: unknown) => done(fault instanceof Error ? fault : new Error(String(fault))))
  }
}
