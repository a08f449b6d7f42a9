import { readFileSync } from 'node:fs'

/**
 * The process id of the `npx` that started this process, where one did and where it can be known (Linux). It dies
 * of a signal without passing it on to what it runs.
 */
export function npxAbove(): number | undefined {
  for (let pid = process.ppid; pid > 1; pid = statusOf(pid)?.parent ?? 0) {
    if (/^(?:npm exec|npx) /.test(read(pid, 'cmdline') ?? '')) return pid
  }
  return undefined
}

/** Whether a process still runs; one that ended and that nobody has waited for does not. */
export function isRunning(pid: number): boolean {
  const state = statusOf(pid)?.state
  return state !== undefined && state !== 'Z' && state !== 'X'
}

function statusOf(pid: number): { readonly state: string; readonly parent: number } | undefined {
  // The name in parentheses may hold anything; state and parent follow it.
  const [state, parent] = read(pid, 'stat')?.split(') ').at(-1)?.split(' ') ?? []
  return state === undefined ? undefined : { state, parent: Number(parent) }
}

function read(pid: number, name: 'cmdline' | 'stat'): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8')
  } catch {
    return undefined
  }
}
