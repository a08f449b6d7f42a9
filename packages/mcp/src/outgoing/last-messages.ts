import type { Exchange } from '../guard/exchange.ts'
import { isObject } from '../message/read-message.ts'

const subscriptionKey = 'io.modelcontextprotocol/subscriptionId'
const changes = [
  ['tools', 'toolsListChanged', 'notifications/tools/list_changed'],
  ['prompts', 'promptsListChanged', 'notifications/prompts/list_changed'],
  ['resources', 'resourcesListChanged', 'notifications/resources/list_changed'],
] as const

/** What the server said that a subscription will be told. */
const acknowledged = new WeakMap<Exchange, Readonly<Record<string, unknown>>>()

/** Listens for what a `subscriptions/listen` was granted. */
export function noteAcknowledged(
  exchange: Exchange,
  { method, params }: Readonly<Record<string, unknown>>,
): void {
  if (method !== 'notifications/subscriptions/acknowledged' || !isObject(params)) return
  if (isObject(params.notifications)) acknowledged.set(exchange, params.notifications)
}

/**
 * The notifications that come before the end of a stream: what the caller could see has changed. From revision 2026-07-28
 * on, only subscriptions get them, and only those they asked for.
 */
export function lastNotifications(exchange: Exchange): readonly object[] {
  const { isModern, method } = exchange.admission
  const { tables } = exchange.shared
  const has = {
    tools: tables.tools.size > 0,
    prompts: tables.prompts.size > 0,
    resources: tables.resources.length > 0,
  }
  if (!isModern) return changes.flatMap(([table, , name]) => (has[table] ? [notification(name, {})] : []))
  const granted = method === 'subscriptions/listen' ? acknowledged.get(exchange) : undefined
  const params = { _meta: { [subscriptionKey]: exchange.id } }
  return changes.flatMap(([, member, name]) =>
    granted !== undefined && granted[member] === true ? [notification(name, { params })] : [],
  )
}

function notification(method: string, members: object): object {
  return { jsonrpc: '2.0', method, ...members }
}
