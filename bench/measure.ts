/** One thing that is measured: `run(i)` does it once. */
export interface Case {
  readonly name: string
  run(index: number): unknown
}

/** Microseconds for one run. */
export interface Round {
  readonly wall: number
  /** Processor time of all threads of the process together. */
  readonly cpu: number
}

/** Runs a case `count` times, `inFlight` runs overlapping. */
export async function measureRound({ run }: Case, count: number, inFlight: number): Promise<Round> {
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < count) {
      const outcome = run(next++)
      if (outcome instanceof Promise) await outcome
    }
  }
  const before = process.cpuUsage()
  const start = process.hrtime.bigint()
  await Promise.all(Array.from({ length: inFlight }, lane))
  const wall = Number(process.hrtime.bigint() - start) / 1000 / count
  const { user, system } = process.cpuUsage(before)
  return { wall, cpu: (user + system) / count }
}

/** The microseconds of each of `count` runs, one in flight. Apart from the rounds, since reading the clock costs time. */
export async function measureSingles({ run }: Case, count: number): Promise<number[]> {
  const times: number[] = []
  for (let index = 0; index < count; index++) {
    const start = process.hrtime.bigint()
    const outcome = run(index)
    if (outcome instanceof Promise) await outcome
    times.push(Number(process.hrtime.bigint() - start) / 1000)
  }
  return times
}
