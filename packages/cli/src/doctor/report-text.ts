import type { Report } from './examine.ts'

/** One line for each finding. What others chose was escaped where it was put into words. */
export function findingLines({ url, requests, findings }: Report): string {
  if (findings.length === 0) return `Nothing found at ${url} with ${requests} requests.`
  return findings
    .map(({ severity, id, found, remedy }) => `${severity.padEnd(7)} ${id}: ${found} ${remedy}`)
    .join('\n')
}

/** One line for each reason why checks were left out. */
export function leftOutLines({ leftOut }: Report): readonly string[] {
  const reasons = new Map<string, string[]>()
  for (const { check, because } of leftOut) reasons.set(because, [...(reasons.get(because) ?? []), check])
  return [...reasons].map(([because, names]) => `left out: ${names.join(', ')} (${because})`)
}
