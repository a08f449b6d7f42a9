import type { AAuthError } from '@aauth-guard/core'
import { seemsOwner } from '../bound/owner.ts'
import type { Exchange } from '../guard/exchange.ts'
import { isCall, isObject } from '../message/read-message.ts'
import { shownTo } from './lists.ts'
import { sealState } from './request-state.ts'

/** What a tool refused with while the answer was made. */
export class ToolRefusal {
  readonly refusal: AAuthError

  constructor(refusal: AAuthError) {
    this.refusal = refusal
  }
}

/**
 * A message of the server, as the caller may have it: lists filtered, states sealed, tasks bound.
 *
 * @returns a {@link ToolRefusal} in place of the result of a tool that stepped up
 * @throws {AAuthError} `rate_limited` for more tasks than a caller may have
 */
export async function translate(exchange: Exchange, message: unknown): Promise<unknown> {
  if (!isObject(message) || Object.hasOwn(message, 'method')) return message
  const isAnswer = exchange.id !== undefined && message.id === exchange.id
  if (isAnswer && exchange.refusal !== undefined) return new ToolRefusal(exchange.refusal)
  const { result } = message
  if (!isObject(result)) return message
  const method = isAnswer ? exchange.admission.method : undefined
  const shown = await shownTo(exchange, method, result)
  const own = isAnswer ? bindTask(exchange, await bindState(exchange, shown)) : shown
  return { ...message, result: ownTasks(exchange, method, own) }
}

type Result = Readonly<Record<string, unknown>>

async function bindState(exchange: Exchange, result: Result): Promise<Result> {
  const { message } = exchange.admission
  const { requestState: state } = result
  if (typeof state !== 'string' || !isCall(message)) return result
  const sealed = await sealState(exchange.shared.sealer, message, { state, owner: exchange.owner })
  return { ...result, requestState: sealed }
}

/** Remembers the task that a call has become. */
function bindTask(exchange: Exchange, result: Result): Result {
  const taskId = taskIdOf(result)
  if (taskId === undefined || exchange.admission.method !== 'tools/call') return result
  const { tasks } = exchange.shared
  const room = exchange.admission.newTask ?? tasks.reserve(exchange.owner)
  room.keep(taskId, { entries: exchange.admission.entries })
  return result
}

function taskIdOf(result: Result): string | undefined {
  const { task, resultType, taskId } = result
  if (isObject(task) && typeof task.taskId === 'string') return task.taskId
  return resultType === 'task' && typeof taskId === 'string' ? taskId : undefined
}

function ownTasks({ shared, admission }: Exchange, method: string | undefined, result: Result): Result {
  const { tasks } = result
  if (!Array.isArray(tasks) || (method !== undefined && method !== 'tasks/list')) return result
  const isOwn = (task: unknown): boolean => {
    const { taskId } = isObject(task) ? task : {}
    const known = typeof taskId === 'string' ? shared.tasks.find(taskId) : undefined
    return known !== undefined && seemsOwner(known.owner, admission.caller, shared.classPolicy)
  }
  return { ...result, tasks: tasks.filter(isOwn) }
}
