import type { ConsoleDecision, Counts, PointEvent, SeriesPoint, SeriesState } from '../model/protocol.ts'

const none: Counts = { accepted: 0, challenged: 0, refused: 0, failed: 0 }

/** The series of ten minutes, counted from decisions. */
export function seriesOf(decisions: readonly ConsoleDecision[], now: number): SeriesState {
  const to = Math.floor(now / 1000) * 1000
  const from = to - 599_000
  const seconds = new Map<number, ConsoleDecision[]>()
  const routes: Record<string, Record<string, number>> = {}
  const codes: Record<string, number> = {}
  for (const decision of decisions) {
    if (decision.time < from) continue
    const second = Math.floor(decision.time / 1000) * 1000
    seconds.set(second, [...(seconds.get(second) ?? []), decision])
    const { requirement, code, outcome } = decision
    if (requirement !== undefined) {
      routes[requirement] ??= { ...none }
      const counts = routes[requirement]
      counts[outcome] = (counts[outcome] ?? 0) + 1
    }
    if (code !== undefined) codes[code] = (codes[code] ?? 0) + 1
  }
  const points = Array.from({ length: 600 }, (_, at) =>
    pointOf(from + at * 1000, seconds.get(from + at * 1000) ?? []),
  )
  return { from, step: 1000, points, routes: routes as unknown as Record<string, Counts>, codes }
}

function pointOf(t: number, decisions: readonly ConsoleDecision[]): SeriesPoint {
  const durations = decisions.map(({ duration }) => duration.total ?? 0).sort((a, b) => a - b)
  const count = (outcome: string) => decisions.filter((one) => one.outcome === outcome).length
  const at = (part: number) => durations[Math.floor(part * (durations.length - 1))] ?? 0
  return {
    t,
    accepted: count('accepted'),
    challenged: count('challenged'),
    refused: count('refused'),
    failed: count('failed'),
    p50: at(0.5),
    p99: at(0.99),
  }
}

/** The second before `now`. */
export function lastPoint(decisions: readonly ConsoleDecision[], now: number): PointEvent {
  const t = Math.floor(now / 1000) * 1000 - 1000
  const own = decisions.filter(({ time }) => time >= t && time < t + 1000)
  const { routes, codes } = seriesOf(own, t)
  return { ...pointOf(t, own), routes, codes }
}
