import type { StoreCheck } from '@aauth-guard/testing'

/** The names of the checks that fail, run one after the other because they set the clock of the one store. */
export async function failuresOf(checks: readonly StoreCheck[]): Promise<string[]> {
  const failures: string[] = []
  for (const { name, run } of checks) await run().catch(() => failures.push(name))
  return failures
}
